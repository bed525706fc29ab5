"""What completes commands in a shell."""

import subprocess

from jobs import commands


def test_bash_completes_commands_and_options(capsys, tmp_path):
    assert commands.main(["completion", "bash"]) == 0
    script = tmp_path / "completion"
    script.write_text(capsys.readouterr().out)
    ask = (
        "source {script}; COMP_WORDS=({words}); COMP_CWORD={last}; COMP_LINE='{words}'; COMP_POINT={point}; "
        "_shtab_pumploss; echo ${{COMPREPLY[@]}}"
    )
    for words, found in (("pumploss los", "losers"), ("pumploss losers --ex", "--expected")):
        line = ask.format(script=script, words=words, last=len(words.split()) - 1, point=len(words))
        said = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True).stdout
        assert said.split() == [found]
