"""The analysts' notebook answers its questions, with the code as it is, as it says that it does."""

from tests.history.notebook import answered, written


def test_every_cell_runs_and_gives_the_answer_that_is_written_down(tmp_path):
    for cell, said in zip(answered(tmp_path).cells, written().cells, strict=True):
        assert cell == said, "make notebook writes it down again"
