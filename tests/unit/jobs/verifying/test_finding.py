from jobs.verifying.finding import Finding


def test_a_sentence_ends_once_whether_or_not_what_is_wrong_ends_one():
    for what in ("Redis was emptied", "Redis was emptied."):
        assert Finding("hot store", what, "Run it").sentence() == "hot store: Redis was emptied. Run it"
