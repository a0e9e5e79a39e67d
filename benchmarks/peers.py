"""Two routes to stand beside `POST /calls`: the least that a durable call can cost, and what most projects write.

`bare` is the limit: the same body read by the same framework, one row, group-committed by one writer thread.
`naive` is the usual way: a SQLModel session for each request in FastAPI's thread pool, two rows, refreshed.
Both are durable as Relight is (WAL, synchronous=FULL). Neither asks who calls, finds a place, groups or seals anything.
"""

import asyncio
import sqlite3
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Response
from sqlalchemy import event
from sqlmodel import Field, Session, SQLModel, create_engine

from dispatch_server.store.sqlite import WORKS_PER_COMMIT, connect
from dispatch_server.web.shapes import CallSaid

_Waiting = tuple[asyncio.Future[int], tuple[Any, ...]]


class GroupCommit:
    """One thread inserts whatever waits and commits it together."""

    def __init__(self, path: Path) -> None:
        self._queue: SimpleQueue[_Waiting] = SimpleQueue()
        connection = connect(path)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS calls (id INTEGER PRIMARY KEY, received_at TEXT, account_no TEXT, said TEXT)"
        )
        threading.Thread(target=self._write, args=(connection,), daemon=True).start()

    async def insert(self, row: tuple[Any, ...]) -> int:
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._queue.put((done, row))
        return await done

    def _write(self, connection: sqlite3.Connection) -> None:
        while True:
            batch = self._batch()
            connection.execute("BEGIN IMMEDIATE")
            ids = [
                connection.execute("INSERT INTO calls (received_at, account_no, said) VALUES (?, ?, ?)", row).lastrowid
                for _, row in batch
            ]
            connection.execute("COMMIT")
            batch[0][0].get_loop().call_soon_threadsafe(_deliver, batch, ids)

    def _batch(self) -> list[_Waiting]:
        batch = [self._queue.get()]
        while len(batch) < WORKS_PER_COMMIT:
            try:
                batch.append(self._queue.get_nowait())
            except Empty:
                break
        return batch


def _deliver(batch: list[_Waiting], ids: list[int]) -> None:
    for (done, _), number in zip(batch, ids, strict=True):
        done.set_result(number)


def bare(path: Path) -> FastAPI:
    app, writer = FastAPI(), GroupCommit(path)

    @app.post("/api/v1/calls", status_code=201, response_model=None)
    async def post_call(said: CallSaid) -> Response:
        number = await writer.insert((datetime.now(UTC).isoformat(), said.account_no, said.words))
        return Response(f'{{"id":{number}}}', 201, media_type="application/json")

    return app


class NaiveOutage(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    state: str = "open"
    opened_at: datetime


class NaiveCall(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    outage_id: int = Field(foreign_key="naiveoutage.id", index=True)
    channel: str
    account_no: str | None = Field(default=None, index=True)
    address: str | None = None
    words: str | None = None
    received_at: datetime


def naive(path: Path) -> FastAPI:
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False, "timeout": 20})
    event.listen(engine, "connect", _make_durable)
    SQLModel.metadata.create_all(engine)
    app = FastAPI()

    def session() -> Iterator[Session]:
        with Session(engine) as opened:
            yield opened

    @app.post("/api/v1/calls", status_code=201)
    def post_call(said: CallSaid, session: Annotated[Session, Depends(session)]) -> NaiveCall:
        now = datetime.now(UTC)
        outage = NaiveOutage(opened_at=now)
        session.add(outage)
        session.flush()
        assert outage.id is not None
        call = NaiveCall(
            outage_id=outage.id,
            channel=said.channel.value,
            account_no=said.account_no,
            address=said.address,
            words=said.words,
            received_at=now,
        )
        session.add(call)
        session.commit()
        session.refresh(call)
        return call

    return app


def _make_durable(connection: sqlite3.Connection, _: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


class _Server(uvicorn.Server):
    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        print(f"READY http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}", flush=True)


def main() -> None:
    """`python -m benchmarks.peers bare|naive FOLDER`."""
    kind, folder = sys.argv[1], Path(sys.argv[2])
    app = {"bare": bare, "naive": naive}[kind](folder / f"{kind}.db")
    _Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False)).run()


if __name__ == "__main__":
    main()
