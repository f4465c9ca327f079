# SPDX-License-Identifier: Apache-2.0
"""Configures and builds presets, each once per run."""

import shutil

LIMIT_S = 2400  # the first release build makes the static libraries, too


def launcher(context):
    """ccache, when it is there, makes a fresh clone on a warm machine quick."""
    if not shutil.which("ccache"):
        return {}
    return {
        "CMAKE_C_COMPILER_LAUNCHER": "ccache",
        "CCACHE_DIR": str(context.cache / "ccache"),
        "CCACHE_BASEDIR": str(context.root),
        "CCACHE_NOHASHDIR": "1",
    }


def steps(context, tally, name, folder, configure):
    """Whether a folder of build is configured and built; counts one check, warnings being errors."""
    commands = (configure, ["cmake", "--build", context.build_folder(folder), "-j", context.jobs, "--", "-k", 0])
    for number, command in enumerate(commands):
        status, output = context.command(f"build-{name}-{number}", command, limit_s=LIMIT_S,
                                         env=launcher(context))
        if status:
            context.tail(output)
            tally.fail(f"build.{name}", f"{' '.join(map(str, command[:2]))} ended with {status}")
            return False
    tally.ok()
    return True


def preset(context, tally, name):
    """Whether the preset is built, which happens once per run."""
    if name not in context.built:
        context.built[name] = steps(context, tally, name, name, ["cmake", "--preset", name])
    elif not context.built[name]:
        tally.skip("all", f"build.{name} failed")
    return context.built[name]


def dev(context, tally):
    preset(context, tally, "dev")
