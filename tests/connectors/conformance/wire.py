"""What can go wrong between a stand-in and a connector, by the words of the suite."""

from collections.abc import Callable, Mapping

from connectors.credentials import REFUSED
from connectors.pacing import SHARED
from connectors.sandbox.server import Request, Response, StandIn, Wire
from connectors.testing.conformance import Fault

PAGE = b"<!doctype html><html><head><title>Log in</title></head><body></body></html>"
HTML = {"Content-Type": "text/html;charset=UTF-8"}

Answer = Callable[[Request], Response | Wire | None]


def refused(status: int, message: str) -> Response:
    """A refusal in the words of either vendor."""
    return Response.of(status, {"errorMessages": [message], "errors": [{"message": message}]})


ANSWERS: Mapping[Fault, Response | Wire] = {
    Fault.UNAUTHORIZED: refused(401, "Not Authorized"),
    Fault.FORBIDDEN: refused(403, "Forbidden"),
    Fault.NOT_FOUND: refused(404, "Not Found"),
    Fault.REMOVED: refused(410, "The requested API has been removed"),
    Fault.SLOW_DOWN: Response.of(429, {"errors": [{"message": "Too many"}]}, Retry_After="3600"),
    Fault.BROKEN: refused(500, "Server Error"),
    Fault.GATEWAY: Response(502, PAGE, HTML),
    Fault.PAGE: Response(200, PAGE, HTML),
    Fault.EMPTY: Response(200),
    Fault.TRUNCATED: Wire.TRUNCATE,
    Fault.NO_ANSWER: Wire.REFUSE,
    Fault.HANGING: Wire.HANG,
}


class Line:
    """The way to a stand-in; `creates` knows the requests that create something."""

    def __init__(self, stand_in: StandIn, creates: Callable[[Request], bool]) -> None:
        self.stand_in = stand_in
        self.created = 0
        self._creates = creates
        self._answer: Answer = _as_it_is
        stand_in.fault = self._fault

    def fail(self, fault: Fault, after: int) -> None:
        left = after

        def answer(request: Request) -> Response | Wire | None:
            nonlocal left
            del request
            left -= 1
            return ANSWERS[fault] if left < 0 else None

        self._answer = answer

    def lose_answer(self, write: int) -> None:
        left = write

        def answer(request: Request) -> Wire | None:
            nonlocal left
            left -= self._creates(request)
            return Wire.LOSE_ANSWER if self._creates(request) and left == 0 else None

        self._answer = answer

    def say(self, answer: Answer) -> None:
        self._answer = answer

    def mend(self) -> None:
        """Everything works again, for a process that remembers no refusal."""
        self._answer = _as_it_is
        REFUSED.forget()
        SHARED.forget()

    def _fault(self, number: int, request: Request) -> Response | Wire | None:
        del number
        answer = self._answer(request)
        self.created += self._creates(request) and (answer is None or answer is Wire.LOSE_ANSWER)
        return answer


def _as_it_is(request: Request) -> None:
    del request
