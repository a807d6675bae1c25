"""Functions that only kernels call are lowered and linked, and not made machine code of, each with all that it calls.

numba does that for every function that it compiles, whether anybody calls it from Python or not: half of all the time
that kernels take to compile.
"""

from __future__ import annotations

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering

# Passes for what parts do not do: closures, exceptions, literals, overloads that are put in their place.
UNNEEDED = frozenset(
    (
        *("WithLifting", "InlineClosureLikes", "RewriteSemanticConstants", "DeadBranchPrune", "GenericRewrites"),
        *("RewriteDynamicRaises", "MakeFunctionToJitFunction", "InlineInlinables", "FindLiterallyCalls"),
        *("LiteralUnroll", "LiteralPropagationSubPipelinePass", "InlineOverloads", "NopythonRewrites"),
        *("NoPythonSupportedFeatureValidation", "AnnotateTypes", "DumpParforDiagnostics"),
    )
)


class _PartLibrary(JITCodeLibrary):  # type: ignore[misc]
    """A module that waits to be linked into a kernel's; optimized there, with all others."""

    def finalize(self) -> None:
        """Nothing can be added anymore."""
        self._raise_if_finalized()
        self._finalized = True

    @property
    def linked(self) -> list[JITCodeLibrary]:
        """Libraries that go into the same kernel: this one, and behind it all that it calls, at any depth.

        LLVM drops a function that nobody has called so far.
        """
        found: dict[JITCodeLibrary, None] = {self: None}
        for library in self._linking_libraries:
            found.update(dict.fromkeys(library.linked if isinstance(library, _PartLibrary) else [library]))
        return list(found)


@register_pass(mutates_CFG=True, analysis_only=False)
class _PartLowering(NativeLowering):  # type: ignore[misc]
    """As in numba, but for the last of it, where LLVM comes in."""

    _name = "native_lowering_of_a_part"

    def run_pass(self, state: Any) -> bool:
        """Lower, and tell numba how callers call it."""
        from numba import _dynfunc

        codegen, name = state.targetctx.codegen(), state.func_id.func_qualname
        state.library = library = _PartLibrary(codegen, name)
        state.flags.no_compile = True
        super().run_pass(state)
        descriptor = state.cr.fndesc
        nowhere = _dynfunc.make_function(descriptor.lookup_module(), name, "", 0, state.cr.env, (library,))
        library.finalize()
        state.targetctx.insert_user_function(nowhere, descriptor, library.linked)
        state.reload_init.extend(library._reload_init)
        state.cr = state.cr._replace(cfunc=nowhere)
        return True


class PartCompiler(CompilerBase):  # type: ignore[misc]
    """What `njit` takes as `pipeline_class`."""

    def define_pipelines(self) -> list[Any]:
        """Numba's own passes, but for lowering, and for what parts do without."""
        pipeline = DefaultPassBuilder.define_nopython_pipeline(self.state)
        pipeline.passes[:] = [
            (_PartLowering, text) if kind is NativeLowering else (kind, text)
            for kind, text in pipeline.passes
            if kind.__name__ not in UNNEEDED
        ]
        pipeline._finalized = False
        pipeline.finalize()
        return [pipeline]
