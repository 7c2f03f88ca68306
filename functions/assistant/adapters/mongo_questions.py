"""Questions in MongoDB."""

from dataclasses import asdict
from datetime import datetime

from pymongo import DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from assistant.adapters.commands import QUESTIONS, question_asked
from assistant.domain.errors import QuestionNotFound
from assistant.domain.question import Answer, Fact, Question, State
from shared.runtime.job_facts import JobFacts
from shared.runtime.mongo import Document, Mongo, Session, unavailable
from shared.runtime.outbox import Outbox

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

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox

    async def add(self, question: Question) -> Question:
        """Keep a new question, ask for its answer and announce it, in one; a question of this id stays as it is."""
        opened = _facts(question).opened("question", question.text, question.user_id, question.asked_at)

        async def work(session: Session) -> None:
            document = {"_id": question.question_id} | asdict(question)
            await self._mongo.collection(COLLECTION).insert_one(document, session=session)
            await self._outbox.add([opened], session)
            await self._outbox.add([question_asked(question)], session, to=QUESTIONS)

        try:
            await self._mongo.transaction(work)
        except DuplicateKeyError:
            return await self.get(question.organisation_id, question.question_id)
        await self._outbox.relay_quietly()
        return question

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
        """Keep the answer to a question and announce the end, in one, unless it has an answer."""
        key = {"_id": question.question_id, "organisation_id": question.organisation_id, "answer": None}
        change = {"$set": {"answer": asdict(answer), "state": State.ANSWERED.value, "answered_at": at}}

        async def work(session: Session) -> None:
            done = await self._mongo.collection(COLLECTION).update_one(key, change, session=session)
            if done.modified_count:
                await self._outbox.add([_facts(question).ended("completed", at)], session)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()


def _facts(question: Question) -> JobFacts:
    return JobFacts(question.organisation_id, question.question_id)
