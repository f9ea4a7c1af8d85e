"""Nothing here compiles C++, so there is no compiler to name."""

def _compiler_flag_impl(ctx):
    return [config_common.FeatureFlagInfo(value = "none")]

compiler_flag = rule(implementation = _compiler_flag_impl)
