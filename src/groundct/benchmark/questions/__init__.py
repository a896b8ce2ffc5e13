"""Answers to questions: ours, RadGenome's and multiple choice."""

from groundct.benchmark.questions.choices import ask_choices
from groundct.benchmark.questions.inputs import Answers, Items, read_answers, read_items
from groundct.benchmark.questions.items import Item
from groundct.benchmark.questions.result import QuestionsResult, write_result
from groundct.benchmark.questions.run import evaluate_questions

__all__ = [
    "Answers",
    "Item",
    "Items",
    "QuestionsResult",
    "ask_choices",
    "evaluate_questions",
    "read_answers",
    "read_items",
    "write_result",
]
