"""mypy plugin: `FrozenModel.copy_with` takes the fields of the model at hand, each by its name and with its type."""

from collections.abc import Callable

from mypy.nodes import ARG_NAMED_OPT, TypeInfo, Var
from mypy.plugin import MethodSigContext, Plugin
from mypy.types import AnyType, FunctionLike, Instance, Type, TypeOfAny, get_proper_type
from pydantic.mypy import METADATA_KEY


class CopyWithPlugin(Plugin):
    def get_method_signature_hook(self, fullname: str) -> Callable[[MethodSigContext], FunctionLike] | None:
        return _list_fields if fullname.endswith(".copy_with") else None


def _list_fields(context: MethodSigContext) -> FunctionLike:
    model = get_proper_type(context.type)
    if not isinstance(model, Instance) or METADATA_KEY not in model.type.metadata:
        return context.default_signature
    names = list(model.type.metadata[METADATA_KEY]["fields"])
    return context.default_signature.copy_modified(
        arg_types=[_get_type(model.type, name) for name in names],
        arg_kinds=[ARG_NAMED_OPT] * len(names),
        arg_names=names,
    )


def _get_type(model: TypeInfo, name: str) -> Type:
    symbol = model.get(name)
    found = symbol.node.type if symbol and isinstance(symbol.node, Var) else None
    return found or AnyType(TypeOfAny.from_error)


def plugin(_version: str) -> type[Plugin]:
    return CopyWithPlugin
