"""How a call becomes a request and an answer a value; the methods come from the table of operations."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Callable, Dict, Mapping, Optional, Union

from .operations import OPERATIONS, Operation

TIMEOUT_SECONDS_DEFAULT = 30.0


class StatorError(Exception):
    """The service said no, or could not be reached (``code`` "unreachable", ``status`` 0)."""

    def __init__(
        self,
        message: str,
        code: str,
        status: int,
        problem: Optional[Dict[str, Any]] = None,
        retry_after_seconds: Optional[int] = None,
    ) -> None:
        super().__init__(message)
        #: Stable, for programs.
        self.code = code
        self.status = status
        #: The problem document; None when the answer was something else.
        self.problem = problem
        self.retry_after_seconds = retry_after_seconds


class _StayHere(urllib.request.HTTPRedirectHandler):
    """A token must not follow a redirect to another host."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


class Client:
    """A client of the service at ``base_url``.

    Every operation is a method: ``client.send_event(entity_id="order-17", body={"trigger": "pay"})``. Path and query
    parameters are keywords; ``body`` is the JSON body, for machines also the text of a machine file. Where the
    operation takes it, ``idempotency_key`` makes a call safe to repeat; ``headers`` adds headers.

    ``token`` is an access token or an API key, or a function that is asked for one before every call.
    """

    def __init__(
        self,
        base_url: str,
        token: Union[str, Callable[[], str], None] = None,
        timeout_seconds: float = TIMEOUT_SECONDS_DEFAULT,
    ) -> None:
        if not base_url.startswith(("http://", "https://")):
            raise ValueError("base_url must be an http or https address")
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._timeout_seconds = timeout_seconds
        self._opener = urllib.request.build_opener(_StayHere)

    def _call(self, name: str, given: Dict[str, Any]) -> Any:
        operation = OPERATIONS[name]
        headers = dict(given.pop("headers", None) or {})
        body = given.pop("body", None)
        key = given.pop("idempotency_key", None)
        _check(name, operation, given, body, key)
        if key is not None:
            headers["Idempotency-Key"] = key
        token = self._token() if callable(self._token) else self._token
        if token is not None:
            headers["Authorization"] = "Bearer " + token
        data = None
        if body is not None:
            is_text = isinstance(body, str)
            headers["Content-Type"] = "application/yaml" if is_text else "application/json"
            data = (body if is_text else json.dumps(body, allow_nan=False)).encode("utf-8")
        request = urllib.request.Request(
            self._base_url + _target(operation, given), data=data, headers=headers, method=operation.method
        )
        try:
            response = self._opener.open(request, timeout=self._timeout_seconds)
            if operation.answer == "stream":
                return response
            with response:
                content = response.read()
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error) from None
        except OSError as error:
            message = "Cannot call %s %s: no answer" % (operation.method, operation.path)
            raise StatorError(message, code="unreachable", status=0) from error
        return _value(operation.answer, content)


def _check(name: str, operation: Operation, given: Mapping[str, Any], body: Any, key: Any) -> None:
    known = operation.path_names + operation.query_names
    for argument in given:
        if argument not in known:
            raise TypeError("%s() takes no argument %r" % (name, argument))
    for argument in operation.path_names:
        # Steps like these would name another operation.
        if str(given.get(argument) or "") in ("", ".", ".."):
            raise TypeError("%s() needs %s" % (name, argument))
    if body is None and operation.body in ("required", "machine"):
        raise TypeError("%s() needs a body" % name)
    if body is not None and operation.body == "none":
        raise TypeError("%s() takes no body" % name)
    if isinstance(body, str) and operation.body != "machine":
        raise TypeError("%s() needs a JSON body" % name)
    if key is not None and not operation.takes_key:
        raise TypeError("%s() takes no idempotency_key" % name)


def _target(operation: Operation, given: Mapping[str, Any]) -> str:
    path = operation.path
    for name in operation.path_names:
        path = path.replace("{%s}" % name, urllib.parse.quote(str(given[name]), safe=""))
    query = [(name, _query_text(given[name])) for name in operation.query_names if given.get(name) is not None]
    return path + ("?" + urllib.parse.urlencode(query) if query else "")


def _query_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _value(answer: str, content: bytes) -> Any:
    if answer == "json":
        return json.loads(content)
    if answer == "text":
        return content.decode("utf-8")
    return content if answer == "bytes" else None


def _refusal(error: urllib.error.HTTPError) -> StatorError:
    content = error.read()
    if not error.headers.get("Content-Type", "").startswith("application/problem+json"):
        return StatorError("The service answers %d" % error.code, code="http_%d" % error.code, status=error.code)
    problem = json.loads(content)
    detail = problem.get("detail")
    retry_after = error.headers.get("Retry-After", "")
    return StatorError(
        detail.get("message") if isinstance(detail, dict) else str(detail),
        code=problem.get("code", "http_%d" % error.code),
        status=error.code,
        problem=problem,
        retry_after_seconds=int(retry_after) if retry_after.isdigit() else None,
    )


def _method(name: str, operation: Operation) -> Callable[..., Any]:
    def method(self: Client, **given: Any) -> Any:
        return self._call(name, given)

    arguments = ", ".join(operation.path_names + operation.query_names) or "none"
    method.__name__ = name
    method.__qualname__ = "Client." + name
    method.__doc__ = "%s.\n\n%s %s; parameters: %s; body: %s." % (
        operation.summary,
        operation.method,
        operation.path,
        arguments,
        operation.body,
    )
    return method


for _name, _operation in OPERATIONS.items():
    setattr(Client, _name, _method(_name, _operation))
