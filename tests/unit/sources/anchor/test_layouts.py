from sources.anchor.layouts import EVENTS, IGNORED, discriminator


def test_no_two_events_of_a_program_look_alike():
    for program, ignored in IGNORED.items():
        names = [*ignored, *(event.name for event in EVENTS if event.program == program)]
        assert len({discriminator(name) for name in names}) == len(names)
