"""The comment endpoints of both deployments; what differs is the body: ADF on Cloud, wiki on Data Center."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.jira_adf import LIMIT, is_document, normalised
from connectors.sandbox.jira_http import BAD_PAYLOAD, Call, Routes, refusal, route
from connectors.sandbox.jira_records import Comment
from connectors.sandbox.server import Response

_TOO_LONG = f"The entered text is too long. It exceeds the allowed limit of {LIMIT} characters."
_NOT_QUIET = "To discard the user notification either admin or project admin permissions are required."
_PROPERTY_LIMIT = 32768
_LIST_LIMIT = 1000


def routes(version: str) -> Routes:
    """Routes under /rest/api/`version`, a regular expression."""
    root = f"/rest/api/(?P<version>{version})"
    one = f"{root}/issue/{{issue}}/comment/{{comment}}"
    return (
        route("GET", f"{root}/issue/{{issue}}/comment", _page),
        route("POST", f"{root}/issue/{{issue}}/comment", _add),
        route("GET", one, _read),
        route("PUT", one, _edit),
        route("DELETE", one, _delete),
        route("GET", f"{root}/comment/{{comment}}/properties", _property_keys),
        route("GET", f"{root}/comment/{{comment}}/properties/{{key}}", _property),
        route("PUT", f"{root}/comment/{{comment}}/properties/{{key}}", _set_property),
        route("DELETE", f"{root}/comment/{{comment}}/properties/{{key}}", _delete_property),
    )


def listed(call: Call) -> Response:
    """POST /comment/list (Cloud only): the visible ones of up to 1000 ids; the rest is simply missing."""
    ids = call.body.get("ids")
    if not isinstance(ids, list) or not 0 < len(ids) <= _LIST_LIMIT:
        raise refusal(400, f"The number of comment IDs must be between 1 and {_LIST_LIMIT}.")
    found = [call.site.book.by_id.get(str(item)) for item in ids] if call.caller else []
    seen = [comment for comment in found if comment and call.site.find(comment.issue)]
    properties = "properties" in call.request.one("expand").split(",")
    return Response.of(
        200,
        {
            "maxResults": 1_048_576,
            "startAt": 0,
            "total": len(seen),
            "isLast": True,
            "values": [call.view.comment(comment, properties=properties) for comment in seen],
        },
    )


def _page(call: Call) -> Response:
    every = call.site.book.of(call.issue().id)
    order = call.request.one("orderBy", "created")
    if order.lstrip("+-") != "created":
        raise refusal(400, f"Comments cannot be ordered by '{order}': only 'created' is possible.")
    if order.startswith("-"):
        every.reverse()
    start = max(0, call.number("startAt", 0))
    most = call.number("maxResults", 100 if call.view.cloud else 1_048_576)
    most = min(most, 100) if call.view.cloud else most
    return Response.of(
        200,
        {
            "startAt": start,
            "maxResults": most,
            "total": len(every),
            "comments": [call.view.comment(comment) for comment in every[start : start + most]],
        },
    )


def _add(call: Call) -> Response:
    issue, sent = call.issue(), call.body
    body = _checked_body(call, sent)
    if not call.site.bot_may_comment:
        raise refusal(400, f"{call.known.name}, you do not have the permission to comment on this issue.")
    if len(call.site.book.of(issue.id)) >= call.site.comment_limit:
        raise refusal(413, f"The issue has reached its limit of {call.site.comment_limit} comments.")
    made = call.site.write_comment(
        issue.id, call.known, body, properties=_properties(sent), visibility=_visibility(sent)
    )
    return Response.of(201, call.view.comment(made))


def _read(call: Call) -> Response:
    return Response.of(200, call.view.comment(_comment(call)))


def _edit(call: Call) -> Response:
    comment, sent = _comment(call), call.body
    if call.request.one("notifyUsers", "true") == "false" and not call.site.bot_is_admin:
        raise refusal(403, _NOT_QUIET)
    body = _checked_body(call, sent)
    _check_editor(call, comment, "edit")
    site = call.site
    changed = site.edit_comment(comment.issue, comment.id, call.known, body, visibility=_visibility(sent))
    for key, value in _properties(sent).items():
        site.book.set_property(comment.id, key, value)
    return Response.of(200, call.view.comment(changed))


def _delete(call: Call) -> Response:
    comment = _comment(call)
    _check_editor(call, comment, "delete")
    call.site.delete_comment(comment.issue, comment.id)
    return Response(204)


def _property_keys(call: Call) -> Response:
    comment = _owner(call)
    base = f"{call.view.base}/comment/{comment.id}/properties"
    keys = [{"self": f"{base}/{key}", "key": key} for key in comment.properties]
    return Response.of(200, {"keys": keys})


def _property(call: Call) -> Response:
    comment, key = _owner(call), call.parts["key"]
    _check_property(comment, key)
    return Response.of(200, {"key": key, "value": comment.properties[key]})


def _set_property(call: Call) -> Response:
    comment = _owner(call)
    if not _may_change(call, comment):
        raise refusal(403, f"{call.known.name}, you do not have the permission to edit this comment.")
    if len(call.request.body) > _PROPERTY_LIMIT:
        raise refusal(400, f"The property value is too long: the limit is {_PROPERTY_LIMIT} characters.")
    try:
        value = call.request.json
    except ValueError:
        raise refusal(400, "The property value is not valid JSON.") from None
    new = call.site.book.set_property(comment.id, call.parts["key"], value)
    return Response.of(201 if new else 200, {})


def _delete_property(call: Call) -> Response:
    comment, key = _owner(call), call.parts["key"]
    _check_property(comment, key)
    if not _may_change(call, comment):
        raise refusal(403, f"{call.known.name}, you do not have the permission to edit this comment.")
    call.site.book.remove_property(comment.id, key)
    return Response(204)


def _check_property(comment: Comment, key: str) -> None:
    if key not in comment.properties:
        raise refusal(404, f"The property with key '{key}' does not exist.")


def _owner(call: Call) -> Comment:
    """The comment a property endpoint names, without an issue in its path."""
    found = call.site.book.by_id.get(call.parts["comment"])
    if call.caller is None or found is None or call.site.find(found.issue) is None:
        raise refusal(404, f"Can not find a comment for the id: {call.parts['comment']}.")
    return found


def _comment(call: Call) -> Comment:
    issue = call.issue()
    found = call.site.book.by_id.get(call.parts["comment"])
    if found is None or found.issue != issue.id:
        raise refusal(404, f"Can not find a comment for the id: {call.parts['comment']}.")
    return found


def _check_editor(call: Call, comment: Comment, verb: str) -> None:
    if not _may_change(call, comment):
        raise refusal(400, f"{call.known.name}, you do not have the permission to {verb} this comment.")


def _may_change(call: Call, comment: Comment) -> bool:
    own = comment.author.id == call.known.id
    return call.site.bot_may_edit_all or (own and call.site.bot_may_edit_own)


def _checked_body(call: Call, sent: Mapping[str, Any]) -> Any:  # noqa: ANN401  ADF or wiki markup
    unknown = set(sent) - {"body", "visibility", "properties", "jsdPublic", "public"}
    if unknown and call.view.cloud:
        raise refusal(400, BAD_PAYLOAD)
    body = sent.get("body")
    if body in (None, "", {}):
        raise refusal(400, errors={"comment": "Comment body can not be empty!"})
    return _adf(body) if call.view.cloud else _wiki(body)


def _adf(body: object) -> object:
    if not isinstance(body, dict):
        raise refusal(400, errors={"comment": "Comment body is not valid!"})
    if not is_document(body):
        raise refusal(400, "INVALID_INPUT")
    if len(json.dumps(normalised(body), ensure_ascii=False, separators=(",", ":"))) > LIMIT:
        raise refusal(400, errors={"comment": _TOO_LONG})
    return body


def _wiki(body: object) -> object:
    if not isinstance(body, str):
        raise refusal(400, "Can not deserialize instance of java.lang.String out of START_OBJECT token")
    if len(body) > LIMIT:
        raise refusal(400, errors={"comment": _TOO_LONG})
    return body


def _properties(sent: Mapping[str, Any]) -> dict[str, Any]:
    listed = sent.get("properties") or []
    if not isinstance(listed, list) or not all(
        isinstance(item, dict) and isinstance(item.get("key"), str) for item in listed
    ):
        raise refusal(400, BAD_PAYLOAD)
    return {item["key"]: item.get("value") for item in listed}


def _visibility(sent: Mapping[str, Any]) -> dict[str, str] | None:
    asked = sent.get("visibility")
    if not asked:
        return None
    if not isinstance(asked, dict) or asked.get("type") not in {"role", "group"}:
        raise refusal(400, errors={"commentLevel": "The visibility type must be 'role' or 'group'."})
    if not (asked.get("value") or asked.get("identifier")):
        raise refusal(400, errors={"commentLevel": "The visibility needs a value or an identifier."})
    return {name: str(text) for name, text in asked.items()}
