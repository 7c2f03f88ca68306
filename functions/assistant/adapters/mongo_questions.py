"""Questions in MongoDB."""

from dataclasses import asdict
from datetime import datetime

from pymongo import DESCENDING, IndexModel
from pymongo.errors import PyMongoError

from assistant.domain.errors import QuestionNotFound
from assistant.domain.question import Answer, Fact, Question, State
from shared.runtime.mongo import Document, Mongo, unavailable

COLLECTION = "questions"
INDEXES = (IndexModel([("organisation_id", 1), ("asked_at", DESCENDING)], name="newest_first"),)


def _answer_from(document: Document | None) -> Answer | None:
    if document is None:
        return None
    return Answer(**(document | {"facts": tuple(Fact(**fact) for fact in document["facts"])}))


def from_document(document: Document) -> Question:
    """The question in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    fields |= {"state": State(fields["state"]), "answer": _answer_from(fields["answer"])}
    return Question(**fields)


class MongoQuestions:
    """The questions collection of the assistant database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, question: Question) -> None:
        """Keep a new question."""
        try:
            await self._mongo.collection(COLLECTION).insert_one({"_id": question.question_id} | asdict(question))
        except PyMongoError as error:
            raise unavailable("store the question") from error

    async def remove(self, question: Question) -> None:
        """Forget a question that could not be handed over."""
        key = {"_id": question.question_id, "organisation_id": question.organisation_id}
        try:
            await self._mongo.collection(COLLECTION).delete_one(key)
        except PyMongoError as error:
            raise unavailable("remove the question") from error

    async def get(self, organisation_id: str, question_id: str) -> Question:
        """Return one question; `QuestionNotFound` when there is none."""
        key = {"_id": question_id, "organisation_id": organisation_id}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(key)
        except PyMongoError as error:
            raise unavailable("read the question") from error
        if document is None:
            raise QuestionNotFound(f"no question «{question_id}»; POST /assistant/questions asks one")
        return from_document(document)

    async def answered(self, question: Question, answer: Answer, at: datetime) -> None:
        """Keep the answer to a question, unless it has one."""
        key = {"_id": question.question_id, "organisation_id": question.organisation_id, "answer": None}
        change = {"$set": {"answer": asdict(answer), "state": State.ANSWERED.value, "answered_at": at}}
        try:
            await self._mongo.collection(COLLECTION).update_one(key, change)
        except PyMongoError as error:
            raise unavailable("store the answer") from error
