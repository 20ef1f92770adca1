"""The app on which every backend is tested."""

from __future__ import annotations

from workers.dynamic.scripted import Effect, ScriptedApp, button, node, page

MAIN = "org.example.Main"
SECOND = "org.example.Second"
CAMERA = "android.permission.CAMERA"
EVENT = {"type": "event", "kind": "api", "op": "a.B.c", "args": ["x"], "stack": ["a.D.e:1"]}
APP = ScriptedApp(
    screens={
        "main": page(
            MAIN,
            node("Hello\tyou\nthere"),
            node(id="field", editable=True),
            node(id="box", clickable=True, checked=False),
            node(id="list", scrollable=True),
            button("next"),
            button("ask"),
            button("quit"),
            button("hang"),
        ),
        "second": page(SECOND, node("Second")),
    },
    on={
        "launch": [Effect(to="main", tells=[EVENT])],
        "tap main/next": [Effect(to="second")],
        "tap main/ask": [Effect(asks=[[CAMERA, "b"], ["c"]])],
        "tap main/quit": [Effect(exits=True)],
        "tap main/hang": [Effect(hangs=True)],
        "broadcast a.BOOT": [Effect(count=2)],
        "run jobs": [Effect(count=3)],
    },
)
