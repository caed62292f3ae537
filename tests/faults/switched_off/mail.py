"""Guards of the mail and of its wake-up."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from tests.faults.switched_off.guards import guard


@guard
def claim() -> None:
    """Whoever is woken for a mail sends it, whoever else has it in hand."""
    from elections.delivery import claim, deliver, sweep
    from elections.models import OutboxMessage

    take, look = deliver.take, sweep.due

    def take_what_is_there(message_id: int) -> Any:
        found = take(message_id)
        if found is None:
            message = OutboxMessage.objects.select_related("employee").get(pk=message_id)
            found = claim.Claim(message, claim._now(), may_repeat=False)
        time.sleep(0.5)  # as long as it takes everyone to have read it
        return found

    def due_or_in_hand(**limits: Any) -> list[int]:
        in_hand = OutboxMessage.objects.filter(state="sending").values_list("pk", flat=True)
        return list(dict.fromkeys([*look(**limits), *in_hand]))

    deliver.take, sweep.due = take_what_is_there, due_or_in_hand
    claim.Claim.renew = lambda self: True


@guard
def kept_bytes() -> None:
    """A mail is made anew for each attempt."""
    from elections.delivery import deliver, keep
    from elections.models import RenderedMail

    def made_anew(message: Any) -> Any:
        RenderedMail.objects.filter(message=message).delete()
        return keep.make_mail(message)

    deliver._make = made_anew


@guard
def tasks_name() -> None:
    """This release calls the task by another name."""
    from elections.delivery import tasks
    from exchange_portal.celery import app

    app.tasks.unregister(tasks.deliver_message.name)


@guard
def backoff() -> None:
    """What could not be sent is due again at once."""
    from datetime import timedelta

    from elections.delivery import claim

    claim.retry_after = lambda attempts: timedelta(0)


@guard
def answers() -> None:
    """A mail that was handed over counts as sent, whatever the server answers."""
    from elections.delivery import deliver, sending

    send = deliver.send

    def send_and_hope(mime: bytes) -> str:
        try:
            return send(mime)
        except sending.NotSent:
            return ""

    deliver.send = send_and_hope


@guard
def breaks() -> None:
    """No guard, but a fault: the mail to the employee FAULTS_BREAKS cannot be made."""
    from elections.delivery import deliver

    make = deliver.make_mail

    def make_or_break(message: Any) -> Any:
        if message.employee.number == os.environ["FAULTS_BREAKS"]:
            raise ZeroDivisionError("this mail can never be made")
        return make(message)

    deliver.make_mail = make_or_break


@guard
def end_of_tries() -> None:
    """A mail that cannot be made is tried for ever."""
    from elections.delivery import deliver

    deliver.MAKING_TRIES = 10**9


@guard
def smaller_mail() -> None:
    """A mail whose attachment is too big is not tried without it."""
    from elections.delivery import sending

    sending._is_too_big = lambda error: False


@guard
def broker_patience() -> None:
    """A request wakes the workers itself, and waits for a silent Redis for longer."""
    from elections.delivery import outbox, waking
    from exchange_portal.celery import app

    options = app.conf.broker_transport_options
    app.conf.broker_transport_options = options | {"socket_timeout": 4, "socket_connect_timeout": 4}

    def wake_and_wait(keys: Any) -> None:
        waking._gathered.extend(keys)
        waking._publish()

    outbox.wake = wake_and_wait


@guard
def reconnecting() -> None:
    """A worker whose Redis is away does not look for it again."""
    from exchange_portal.celery import app

    app.conf.broker_connection_retry = False


@guard
def memory() -> None:
    """No guard, but a fault: while a PDF is rendered, there is hardly any memory left."""
    from resource import RLIMIT_AS, getrlimit, setrlimit

    from elections.delivery import keep

    render = keep.render_pdf

    def render_short_of_memory(facts: Any) -> bytes:
        soft, hard = getrlimit(RLIMIT_AS)
        in_use = int(Path("/proc/self/statm").read_text().split()[0]) * 4096
        setrlimit(RLIMIT_AS, (in_use + 2**20, hard))
        try:
            return render(facts)
        finally:
            setrlimit(RLIMIT_AS, (soft, hard))

    keep.render_pdf = render_short_of_memory


@guard
def rendered_apart() -> None:
    """The mail is made in the request, and in its transaction."""
    from elections.delivery import outbox
    from elections.delivery.keep import make_mail

    post = outbox.post

    def post_and_make(*what: Any, **cause: Any) -> Any:
        message = post(*what, **cause)
        make_mail(message)
        return message

    outbox.post = post_and_make
