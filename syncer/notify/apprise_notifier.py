"""Messages through Apprise: one URL names one of its services (Slack, Teams, mail, a JSON webhook …)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from apprise import Apprise, AppriseAsset, NotifyFormat

from syncer.errors import FatalError, TemporaryError

_MENTIONS = str.maketrans({"@": "@\u200b", "<": "<\u200b"})
"""An invisible space takes `@channel` and `<!here>` their effect; a title is no reason to call anybody."""


def _silence() -> None:
    """Apprise logs addresses in full, and an address is a secret: what matters is in our own errors."""
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False
    logger.addHandler(logging.NullHandler())


_silence()


class AppriseNotifier:
    """Carries messages to the one Apprise URL that `resolve` gives, asked anew for each message.

    `name` says where the URL is kept and stands in every error; the URL stands in none.
    """

    def __init__(self, name: str, resolve: Callable[[], str]) -> None:
        self._name = name
        self._resolve = resolve

    def send(self, title: str, body: str) -> None:
        """Sends plain text and returns once the service has accepted it.

        Raises FatalError where the URL cannot be used, TemporaryError where the service did not take it.
        """
        service = self._service()
        try:
            accepted = bool(
                service.notify(
                    title=title.translate(_MENTIONS),
                    body=body.translate(_MENTIONS),
                    body_format=NotifyFormat.TEXT,
                )
            )
        except Exception as error:  # noqa: BLE001  a service's fault may hold the URL, so that it goes no further
            fault = type(error).__name__
            raise TemporaryError(
                f"{self._name}: a fault in Apprise ({fault}); see that it is up to date"
            ) from None
        if not accepted:
            raise TemporaryError(
                f"{self._name}: the service did not take the message; "
                "see that it can be reached and that the URL there is still valid"
            )

    def check(self) -> str:
        """The name of the service that the URL names; nothing is sent. Raises FatalError as `send` does."""
        return str(next(iter(self._service())).service_name)

    def _service(self) -> Apprise:
        url = self._resolve()
        service = Apprise(asset=AppriseAsset(async_mode=False))
        try:
            known = service.add(url)
        except Exception:  # noqa: BLE001  as above
            known = False
        if not known:
            raise FatalError(
                f"{self._name} is no URL that Apprise knows; write one such as slack://… or mailto://… there"
            )
        if len(service) != 1:
            raise FatalError(
                f"{self._name} holds {len(service)} URLs; give each an entry of its own under notify"
            )
        return service
