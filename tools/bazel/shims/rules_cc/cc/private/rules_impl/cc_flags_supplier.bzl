"""Nothing here compiles C++, so flags are never asked for."""

def _cc_flags_supplier_impl(ctx):
    return [platform_common.TemplateVariableInfo({})]

cc_flags_supplier = rule(implementation = _cc_flags_supplier_impl)
