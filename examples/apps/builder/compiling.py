"""Turns the source of one app into an unsigned APK, and signs it."""

from __future__ import annotations

import base64
from pathlib import Path

from builder.manifest import manifest, strings
from builder.packing import noise, read_zip, zip_bytes
from builder.spec import SampleApp, Stamp
from builder.toolchain import Toolchain, run


def unsigned_apk(app: SampleApp, tools: Toolchain, shared: Path, work: Path) -> bytes:
    """Compile one app below the empty folder `work` and return the APK before alignment and signing."""
    entries = _resources(app, tools, work)
    tiny = app.stamp is not None
    entries.update(
        _tiny_dex_files(app, tools, shared.parent / "kit", work) if tiny else _dex_files(app, tools, shared, work)
    )
    root = app.folder / "root"
    entries.update({str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()})
    entries.update({name: noise(name, size) for name, size in app.noise.items()})
    return zip_bytes(entries)


def sign(app: SampleApp, unsigned: Path, key: Path, work: Path) -> bytes:
    """Align and sign one APK with the worthless key; the same input gives the same bytes."""
    aligned, signed, private = work / "aligned.apk", work / "signed.apk", work / "key.pk8"
    private.write_bytes(_der(key / "worthless-sample-key.pem"))
    run(["zipalign", "-f", "-p", "4", str(unsigned), str(aligned)])
    schemes = [f"--{name}-signing-enabled={str(name in app.signatures).lower()}" for name in ("v1", "v2", "v3", "v4")]
    certificate = str(key / "worthless-sample-cert.pem")
    signer = ["--key", str(private), "--cert", certificate, "--v1-signer-name", "SAMPLE"]
    run(["apksigner", "sign", *signer, *schemes, "--out", str(signed), str(aligned)])
    return signed.read_bytes()


def _resources(app: SampleApp, tools: Toolchain, work: Path) -> dict[str, bytes]:
    """Compile manifest and resources, write R.java, and return the entries."""
    generated, base = work / "generated", work / "base.apk"
    generated.mkdir()
    folder = app.folder if app.stamp is None else _written(app.stamp, work / "written")
    levels = ["--min-sdk-version", str(app.min_sdk), "--target-sdk-version", str(app.target_sdk)]
    inputs = ["-M", str(folder / "AndroidManifest.xml"), "-S", str(folder / "res"), "-I", str(tools.framework)]
    run(["aapt", "package", "-f", "-m", *levels, *inputs, "-J", str(generated), "-F", str(base)])
    return read_zip(base)


def _written(stamp: Stamp, folder: Path) -> Path:
    """Write the manifest and the resources of a tiny app into `folder` and return it."""
    values = folder / "res" / "values"
    values.mkdir(parents=True)
    (folder / "AndroidManifest.xml").write_text(manifest(stamp), encoding="utf-8")
    (values / "strings.xml").write_text(strings(stamp), encoding="utf-8")
    return folder


def _tiny_dex_files(app: SampleApp, tools: Toolchain, kit: Path, work: Path) -> dict[str, bytes]:
    """Compile the Java files of a tiny app into classes.dex, those of `dex/` into a dex file among its assets."""
    classes, late = work / "classes", app.folder / "dex"
    _compile([app.folder], classes, tools, kit)
    of_late = {path.stem for path in late.glob("*.java")}
    groups: tuple[list[Path], list[Path]] = ([], [])
    for path in sorted(classes.rglob("*.class")):
        groups[path.stem.split("$", 1)[0] in of_late].append(path)
    entries = {"classes.dex": _dex(groups[0], app, tools, classes, work / "dex1")}
    if groups[1]:
        entries["assets/late.dex"] = _dex(groups[1], app, tools, classes, work / "dex2")
    return entries


def _dex_files(app: SampleApp, tools: Toolchain, shared: Path, work: Path) -> dict[str, bytes]:
    """Compile `java/` into classes.dex and, if there is one, `java2/` into classes2.dex."""
    roots = [app.folder / "java", work / "generated"] + ([shared / "java"] if app.shared else [])
    second = app.folder / "java2"
    classes = work / "classes"
    _compile([*roots, second], classes, tools)
    in_second = {path.relative_to(second).with_suffix("") for path in second.rglob("*.java")}
    groups: tuple[list[Path], list[Path]] = ([], [])
    for path in sorted(classes.rglob("*.class")):
        name = path.relative_to(classes)
        outer = name.with_name(name.stem.split("$", 1)[0])
        groups[outer in in_second].append(path)
    entries = {"classes.dex": _dex(groups[0], app, tools, classes, work / "dex1")}
    if groups[1]:
        entries["classes2.dex"] = _dex(groups[1], app, tools, classes, work / "dex2")
    return entries


def _compile(roots: list[Path], classes: Path, tools: Toolchain, library: Path | None = None) -> None:
    """Compile all Java files below `roots` into class files, and those below `library` that they use."""
    sources = sorted(str(path) for root in roots for path in root.rglob("*.java"))
    options = ["--release", "8", "-encoding", "UTF-8", "-Xlint:-options", "-nowarn"]
    if library is not None:
        options += ["-sourcepath", str(library)]
    run(["javac", *options, "-cp", str(tools.framework), "-d", str(classes), *sources])


def _dex(files: list[Path], app: SampleApp, tools: Toolchain, classes: Path, output: Path) -> bytes:
    """Translate class files into one DEX file; `classes` holds all classes of the app."""
    output.mkdir()
    libraries = ["--lib", str(tools.framework), "--lib", str(tools.java_home)]
    d8 = ["java", "-cp", str(tools.d8), "com.android.tools.r8.D8", "--release", "--min-api", str(app.min_sdk)]
    run([*d8, *libraries, "--classpath", str(classes), "--output", str(output), *map(str, files)])
    return (output / "classes.dex").read_bytes()


def _der(pem: Path) -> bytes:
    """Return what is between the lines of a PEM file."""
    lines = pem.read_text(encoding="ascii").splitlines()
    return base64.b64decode("".join(line for line in lines if not line.startswith("-----")))
