"""What a chart beside an answer is called."""

from bot.commands import Answer

PNG = b"\x89PNG\r\n"


def chart_of(answer: Answer) -> str:
    """The name of the answer's chart, which is a picture."""
    assert answer.chart is not None
    assert answer.chart.png.startswith(PNG)
    return answer.chart.name
