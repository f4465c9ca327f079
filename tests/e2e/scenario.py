# SPDX-License-Identifier: Apache-2.0
"""One scenario: a small tree in a namespace of its own, what happens to it, and how `up` has to end.

Scenarios are rows of tables; a row tells all that is special about it. They run several at once
(lanes.py), for most of their time is waiting.
"""

import dataclasses
import re
import time

import yaml

import troubleshooting
from lab import until
from trees import Small

# Kinds without a namespace that trees here have.
CLUSTER_WIDE = {
    "APIService", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace",
    "MutatingWebhookConfiguration", "PriorityClass", "StorageClass", "ValidatingWebhookConfiguration",
}
PATIENCE_S = 180  # how long what has to happen may take on a busy machine
ENDS_LATE_S = 60  # how long after its --timeout an `up` may need to end


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str  # also of its namespace
    objects: object  # a list, or lists by layer
    exit: object = 9  # or several: any of them is right
    cause: tuple = ()  # each of these is in the last lines: the error and what follows it
    said: tuple = ()  # each of these is in some line
    never: tuple = ()  # none of these is in any line
    visible: str = ""  # what the API shows of the failure; with it the delay is measured...
    shown: str = ""  # ...until this is on the screen
    fail_after: int = 15
    timeout: int = 75
    labels: dict = dataclasses.field(default_factory=dict)  # of the namespace
    layers: tuple = ()  # of the real tree that come before
    before: object = None  # what was done to the cluster before: before(case)
    built: object = None  # what is done when the bundle is there: built(case)
    during: object = None  # what somebody does meanwhile: during(case)
    then: object = None  # what follows `up`: then(case)
    after: object = None  # puts back what was broken
    own_namespace: bool = True
    options: tuple = ()
    ci: bool = False
    quick: bool = False  # it ends long before its --timeout
    alone: bool = False  # it takes away what others need

    def __repr__(self):
        return self.name

    @property
    def by_layer(self):
        """Its objects by layer, with its namespace in them."""
        layers = self.objects if isinstance(self.objects, dict) else {"objects": self.objects}
        layers = {name: [self._placed(one) for one in some] for name, some in layers.items()}
        if self.own_namespace:
            first = next(iter(layers.values()))
            first.insert(0, {"apiVersion": "v1", "kind": "Namespace",
                             "metadata": {"name": self.name, "labels": self.labels}})
        return layers

    def _placed(self, one):
        if one["kind"] in CLUSTER_WIDE:
            return one
        if one["kind"] == "Kustomization":
            one = {**one, "spec": {"targetNamespace": self.name, **one["spec"]}}
        return {**one, "metadata": {"namespace": self.name, **one["metadata"]}}

    @property
    def uses_flux(self):
        return bool(self.layers) or "toolkit.fluxcd.io" in str(self.objects)

    def finds(self, pattern, text):
        """Whether a pattern is in a text; NS in it is the scenario's namespace."""
        return re.search(pattern.replace("NS/", self.name + "/"), text)

    @property
    def exits(self):
        return self.exit if isinstance(self.exit, tuple) else (self.exit,)


class Case:
    """A scenario while it runs."""

    def __init__(self, lab, scenario, observer):
        self.lab, self.scenario, self.observer = lab, scenario, observer
        self.namespace, self.record = scenario.name, f"{scenario.name}-record"
        self.started = self.running = self.first = self.result = self.sight = None

    def kubectl(self, *arguments, check=True):
        return self.lab.kubectl("-n", self.namespace, *arguments, check=check)

    def get(self, *arguments):
        return self.lab.get("-n", self.namespace, *arguments)

    def create(self, *objects, into=None):
        """Creates objects in the cluster, outside of the tree."""
        file = self.lab.work / f"{self.namespace}-more.yaml"
        file.write_text(yaml.safe_dump_all(objects))
        self.lab.kubectl("-n", into or self.namespace, "create", "-f", f"/work/{file.name}")

    def see(self, pattern, limit_s=PATIENCE_S):
        """Waits for a line of the running `up`."""
        return self.running.wait_for(pattern, limit_s)

    def until(self, condition, what, limit_s=PATIENCE_S):
        return until(condition, limit_s, f"{self.namespace}: {what}", pause_s=0.3)

    def pause(self, seconds):
        time.sleep(seconds)

    def tree(self, objects=None, name=None):
        """The tree of the scenario, or of other objects."""
        scenario = self.scenario
        if objects is not None:
            scenario = dataclasses.replace(scenario, objects=objects)
        return Small(self.lab, name or self.namespace, scenario.by_layer, scenario.layers, made=False,
                     record=self.record)

    def up(self, tree, *options, fail_after=None, timeout=None):
        """Starts to bring a tree up; returns the result of what failed before."""
        failed = tree.make()
        if failed:
            return failed
        if self.scenario.built and not self.started:
            self.scenario.built(self)
        self.started = tree
        timeout = timeout or self.scenario.timeout
        self.running = tree.start(
            "up", "--fail-after", f"{fail_after or self.scenario.fail_after}s", "--timeout",
            f"{timeout}s", *self.scenario.options, *options)
        return None

    def finish(self, timeout=None):
        return self.running.finish((timeout or self.scenario.timeout) + ENDS_LATE_S)

    def again(self, objects, *options, **limits):
        """One more `up`, of other objects, to its end."""
        failed = self.up(self.tree(objects, f"{self.namespace}-next"), *options, **limits)
        return failed or self.finish(limits.get("timeout"))

    @staticmethod
    def good(result):
        assert result.code == 0, brief(result)

    def run(self):
        """Runs it and asserts that it ended as it has to."""
        scenario = self.scenario
        try:
            if scenario.before:
                scenario.before(self)
            if scenario.visible:
                self.sight = self.observer.expect(self.namespace, scenario.visible)
            self.result = self.up(self.tree())
            if not self.result:
                if scenario.during:
                    scenario.during(self)
                self.result = self.finish()
            self.first = self.running
            self.check()
            if scenario.then:
                scenario.then(self)
        finally:
            self.clean()
        return self

    def clean(self):
        if self.running and self.running.process.poll() is None:
            self.running.stop()
        if self.scenario.after:
            self.scenario.after(self)
        wide = [f"{one['kind']}/{one['metadata']['name']}"
                for some in self.scenario.by_layer.values() for one in some
                if one["kind"] in CLUSTER_WIDE - {"Namespace"}]
        for names in (wide, [f"namespace/{self.namespace}", f"namespace/{self.record}"]):
            if names:
                self.lab.kubectl("delete", "--ignore-not-found", "--wait=false", *names)

    @property
    def delay(self):
        """From when the API showed the failure to its line, in seconds, and how long `up` had run by
        then; None when it was not seen or not said."""
        if not (self.first and self.sight and self.sight.at):
            return None
        expression = re.compile(self.scenario.shown or self.scenario.visible)
        for at, line in zip(self.first.times, self.first.lines):
            if expression.search(line):
                return at - self.sight.at, self.sight.at - self.first.began
        return None

    def check(self):
        scenario, result = self.scenario, self.result
        lines = result.stderr.splitlines()
        wrong = []
        if result.code not in scenario.exits:
            wrong.append(f"exit {result.code}, not {scenario.exit}")
        if scenario.quick and result.seconds >= scenario.timeout * 3 / 4:
            wrong.append(f"it did not end before its time of {scenario.timeout} s")
        wrong += [f"the last lines say nothing like {one!r}" for one in scenario.cause
                  if not scenario.finds(one, last_lines(lines))]
        wrong += [f"no line is like {one!r}" for one in scenario.said
                  if not any(scenario.finds(one, line) for line in lines)]
        wrong += [f"a line is like {one!r}" for one in scenario.never
                  if any(scenario.finds(one, line) for line in lines)]
        wrong += [f"no line is like that of the page {one!r}"
                  for one in troubleshooting.missing(scenario.name, result.stderr + result.stdout)]
        assert not wrong, f"{'; '.join(wrong)}\n{brief(result)}"


def last_lines(lines):
    """The error that ended a command and all that follows it; without one, the last three lines."""
    for number, line in enumerate(lines):
        if line.startswith("sandstrap: "):
            return "\n".join(lines[number:])
    return "\n".join(lines[-3:])


def brief(result):
    return f"exit {result.code} after {result.seconds:.1f} s\n" + "\n".join(
        line[:1500] for line in result.stderr.splitlines()[-14:])
