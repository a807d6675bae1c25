"""Functions of a dataclass of options become functions of its fields: every keyword spelled out, none written twice."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Concatenate, Generic, ParamSpec, TypeVar, overload

Fields = ParamSpec("Fields")
First = TypeVar("First")
Second = TypeVar("Second")
Options = TypeVar("Options")
Result = TypeVar("Result")


class KeywordsOf(Generic[Fields, Options]):
    """A decorator: the fields of a dataclass become the keywords of a function, in place of its last parameter.

    Type checkers, editors and `inspect.signature` see every keyword with its type and default. The docstring goes on
    with what the dataclass, and those that it is made of, say of their fields: all but the first paragraph.
    """

    def __init__(self, options: Callable[Fields, Options]) -> None:
        self._options = options

    @overload
    def __call__(
        self, function: Callable[[First, Options], Result]
    ) -> Callable[Concatenate[First, Fields], Result]: ...

    @overload
    def __call__(
        self, function: Callable[[First, Second, Options], Result]
    ) -> Callable[Concatenate[First, Second, Fields], Result]: ...

    def __call__(self, function: Callable[..., Result]) -> Callable[..., Result]:
        options: Callable[..., object] = self._options
        names, signature = _combined(function, options)

        @wraps(function)
        def door(*arguments: object, **keywords: object) -> Result:
            fields = signature.bind(*arguments, **keywords).arguments
            first = [fields.pop(name) for name in names]
            return function(*first, options(**fields))

        door.__annotations__ = {one.name: one.annotation for one in signature.parameters.values()}
        door.__annotations__["return"] = signature.return_annotation
        door.__doc__ = "\n\n".join([inspect.cleandoc(function.__doc__ or ""), *_described(options)])
        setattr(door, "__signature__", signature)  # noqa: B010 - the type of a function knows no such attribute
        return door


def _combined(function: Callable[..., object], options: Callable[..., object]) -> tuple[list[str], inspect.Signature]:
    """Names of the parameters before the options, and the signature with the options' fields after them."""
    whole = inspect.signature(function)
    first = list(whole.parameters.values())[:-1]
    parameters = [*first, *inspect.signature(options).parameters.values()]
    return [one.name for one in first], whole.replace(parameters=parameters)


def _described(options: Callable[..., object]) -> Iterator[str]:
    """What the docstrings of a class and its bases say after their first paragraph, in the order of the fields."""
    for one in reversed(inspect.getmro(options)) if isinstance(options, type) else ():
        _, _, fields = inspect.cleandoc(one.__doc__ or "").partition("\n\n")
        if fields and one is not object:
            yield fields
