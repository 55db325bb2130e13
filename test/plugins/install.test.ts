import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "./bundle";
import { installPlugins, versionOf, type InstallOptions } from "./install";
import { describePlugins, type PluginReport } from "./pluginReport";
import { testFolder } from "../support/testFolder";

/** Of the SDKs. */
const VERSIONS = new Map<string, string>();
const RELEASE = "#!/bin/sh\n# the release\necho 4711\n";
const MODULE = "v4.0.0-20260115033456-f47bc2d6f199";

describe("installing plugins", function () {
  this.timeout(60_000);
  const root = testFolder();
  let folder: string;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    for (const name of ["kubernetes", "tls", "command"]) VERSIONS.set(name, await versionOf(name));
  });
  beforeEach(() => {
    folder = root();
    env = { PATH: process.env["PATH"], HOME: join(folder, "home") };
  });

  const home = () => join(folder, "pulumi");
  const version = (name: string) => VERSIONS.get(name) ?? assert.fail(name);
  const kindsOf = (report: PluginReport) => report.map(({ kind }) => kind);
  const pluginFolder = (under: string, name: string) => join(under, "plugins", `resource-${name}-v${version(name)}`);
  const binary = (under: string, name: string) => join(pluginFolder(under, name), `pulumi-resource-${name}`);
  const calls = () =>
    existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8").trim().split("\n").sort() : [];

  /** A build of the plugin `kubernetes` that notes that it was asked for. */
  function build(): ReturnType<NonNullable<InstallOptions["build"]>> {
    const path = join(folder, "built");
    writeFileSync(path, "#!/bin/sh\n# the built one\necho 4711\n", { mode: 0o755 });
    writeFileSync(join(folder, "calls"), "build\n", { flag: "a" });
    return Promise.resolve({ binary: path, module: MODULE });
  }

  const install = (into: string, options: InstallOptions = {}) => installPlugins(into, { env, build, ...options });

  /** A CLI that notes how it was called and then does something. */
  function cli(script: string): string {
    const path = join(folder, "pulumi-cli");
    writeFileSync(path, `#!/bin/sh\necho "$*" >> ${join(folder, "calls")}\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  function placeRelease(under: string, name: string, content: string | Buffer = RELEASE): void {
    mkdirSync(pluginFolder(under, name), { recursive: true });
    writeFileSync(binary(under, name), content, { mode: 0o755 });
  }

  it("asks for the versions of the SDKs; without an answer kubernetes is built, and the others are stand-ins", async () => {
    const report = await install(home(), { pulumi: cli('echo "error: no route" >&2; exit 1') });
    assert.deepEqual(calls(), [
      "build",
      ...[...VERSIONS].map(([name, version]) => `plugin install resource ${name} v${version}`).sort(),
    ]);
    const reason = "cannot be downloaded: error: no route";
    assert.deepEqual(report, [
      { name: "kubernetes", version: version("kubernetes"), kind: "build", module: MODULE, reason },
      { name: "tls", version: version("tls"), kind: "stand-in", reason },
      { name: "command", version: version("command"), kind: "stand-in", reason },
    ]);
    assert.match(readFileSync(binary(home(), "kubernetes"), "utf8"), /the built one/);
    assert.match(readFileSync(binary(home(), "tls"), "utf8"), /PULUMI_STANDIN_VERSION/);
  });

  it("says in one line which they are, and of what day a build is", async () => {
    placeRelease(home(), "tls");
    const report = await install(home(), { pulumi: cli('echo "error: no route" >&2; exit 1') });
    assert.equal(
      describePlugins(report),
      `plugins: kubernetes ${version("kubernetes")}: built from its Go module of 2026-01-15 (${MODULE}; ` +
        "the release cannot be downloaded: error: no route); " +
        `tls ${version("tls")}: release; ` +
        `command ${version("command")}: stand-in (cannot be downloaded: error: no route)`,
    );
    const tagged = { name: "kubernetes", version: "4.0.0", kind: "build", module: "v4.35.0", reason: "r" } as const;
    assert.match(describePlugins([tagged]), /built from its Go module \(v4\.35\.0; /);
  });

  it("says what it waits for while a plugin is built", async () => {
    const told: string[] = [];
    await install(home(), {
      pulumi: cli("exit 1"),
      log: (line) => told.push(line),
      build: (log) => {
        log("it takes a while");
        return build();
      },
    });
    assert.deepEqual(told, ["it takes a while"]);
  });

  it("fails when the build fails, and never makes do with less", async () => {
    const broken = () => Promise.reject(new Error("no compiler"));
    await assert.rejects(install(home(), { pulumi: cli("exit 1"), build: broken }), /no compiler/);
    assert.ok(!existsSync(binary(home(), "kubernetes")));
  });

  it("installs a launcher that prints a port and nothing else", async () => {
    env["CLUSTERMESH_PLUGIN_DOWNLOAD"] = "off";
    await install(home());
    const child = spawn(binary(home(), "command"), { stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      child.kill("SIGINT");
    });
    await once(child, "close");
    assert.match(printed, /^\d+\n$/);
  });

  it("does not ask again within a day", async () => {
    const pulumi = cli("exit 1");
    await install(home(), { pulumi });
    const asked = () => calls().filter((call) => call.startsWith("plugin install"));
    assert.equal(asked().length, VERSIONS.size);
    const again = await install(home(), { pulumi });
    assert.equal(asked().length, VERSIONS.size);
    for (const plugin of again) {
      assert.ok(plugin.kind !== "release" && plugin.reason.startsWith("could not be downloaded within the last day"));
    }
  });

  it("does not ask at all when it is switched off", async () => {
    env["CLUSTERMESH_PLUGIN_DOWNLOAD"] = "off";
    const report = await install(home(), { pulumi: cli("exit 1") });
    assert.deepEqual(calls(), ["build"]);
    for (const plugin of report) {
      assert.ok(plugin.kind !== "release" && plugin.reason.includes("CLUSTERMESH_PLUGIN_DOWNLOAD=off"));
    }
  });

  it("does not wait for an answer longer than its limit", async () => {
    const report = await install(home(), { limit: 500, pulumi: cli("exec sleep 60") });
    assert.match(describePlugins(report), /no answer within 0\.5 s/);
  });

  it("prefers releases of the same home, of the user, and of an earlier download", async () => {
    placeRelease(home(), "kubernetes");
    placeRelease(join(folder, "home", ".pulumi"), "tls");
    const download = `mkdir -p $PULUMI_HOME/plugins/resource-$4-$5 && cp ${binary(home(), "kubernetes")} $PULUMI_HOME/plugins/resource-$4-$5/pulumi-resource-$4`;
    const report = await install(home(), { pulumi: cli(download) });
    assert.deepEqual(kindsOf(report), ["release", "release", "release"]);
    assert.deepEqual(calls(), [`plugin install resource command v${version("command")}`]);
    assert.equal(readlinkSync(binary(home(), "tls")), binary(join(folder, "home", ".pulumi"), "tls"));
    assert.match(readFileSync(binary(home(), "command"), "utf8"), /the release/);
    const other = await install(join(folder, "other"), { pulumi: cli("exit 1") });
    assert.deepEqual(kindsOf(other), ["build", "release", "release"], "kubernetes was only in the first home");
  });

  it("never takes a build or a stand-in for a release", async () => {
    env["CLUSTERMESH_PLUGIN_DOWNLOAD"] = "off";
    const kinds = async (into: string) => kindsOf(await install(into));
    const made = ["build", "stand-in", "stand-in"];
    assert.deepEqual(await kinds(home()), made);
    assert.deepEqual(await kinds(home()), made);
    env["PULUMI_HOME"] = home();
    assert.deepEqual(await kinds(join(folder, "other")), made);
  });

  it("puts a release in the place of a build as soon as there is one", async () => {
    env["CLUSTERMESH_PLUGIN_DOWNLOAD"] = "off";
    await install(home());
    placeRelease(join(folder, "home", ".pulumi"), "kubernetes");
    const again = async () => kindsOf(await install(home()))[0];
    assert.equal(await again(), "release");
    assert.equal(await again(), "release");
    assert.match(readFileSync(binary(home(), "kubernetes"), "utf8"), /the release/);
  });

  const NO_PLUGINS: readonly (readonly [string, string | Buffer, RegExp])[] = [
    ["is cut short", readFileSync(process.execPath).subarray(0, 5000), /does not start/],
    ["is empty", "", /does not start \(ended with exit code 0/],
    [
      "is of another machine",
      Buffer.concat([Buffer.from("7f454c4602010100", "hex"), Buffer.alloc(5000)]),
      /does not start/,
    ],
    ["prints something else", "#!/bin/sh\necho usage: kubernetes\n", /does not start \(prints "usage: kubernetes"/],
    ["fails", "#!/bin/sh\nexit 3\n", /does not start \(ended with exit code 3/],
    ["hangs", "#!/bin/sh\nexec sleep 300\n", /does not start \(prints no port within 0\.5 s/],
  ];
  for (const [what, content, words] of NO_PLUGINS) {
    it(`passes over a release that ${what}, and says so`, async () => {
      env["CLUSTERMESH_PLUGIN_DOWNLOAD"] = "off";
      const users = join(folder, "home", ".pulumi");
      placeRelease(users, "kubernetes", content);
      const report = await install(home(), { startLimit: 500 });
      assert.equal(report[0]?.kind, "build");
      assert.match(describePlugins(report), words);
      assert.ok(describePlugins(report).includes(pluginFolder(users, "kubernetes")));
    });
  }

  it("takes the next release where one does not start, or is being installed", async () => {
    env["CLUSTERMESH_PLUGIN_DOWNLOAD"] = "off";
    env["PULUMI_HOME"] = join(folder, "mine");
    for (const name of ["kubernetes", "tls"]) {
      placeRelease(env["PULUMI_HOME"], name);
      placeRelease(join(folder, "home", ".pulumi"), name);
    }
    writeFileSync(binary(env["PULUMI_HOME"], "kubernetes"), "");
    writeFileSync(`${pluginFolder(env["PULUMI_HOME"], "tls")}.partial`, "");
    const [kubernetes, tls] = await install(home());
    for (const [name, plugin] of [
      ["kubernetes", kubernetes],
      ["tls", tls],
    ] as const) {
      assert.ok(plugin?.kind === "release");
      assert.equal(plugin.folder, pluginFolder(join(folder, "home", ".pulumi"), name));
    }
  });

  it("does not keep a download that does not start", async () => {
    const download =
      "mkdir -p $PULUMI_HOME/plugins/resource-$4-$5 && cp /bin/false $PULUMI_HOME/plugins/resource-$4-$5/pulumi-resource-$4";
    const [kubernetes] = await install(home(), { pulumi: cli(download) });
    assert.ok(kubernetes?.kind === "build");
    assert.match(kubernetes.reason, /cannot be downloaded: .*does not start/);
    const [again] = await install(home(), { pulumi: cli("exit 1") });
    assert.ok(again?.kind === "build");
    assert.match(again.reason, /within the last day/);
  });

  it("fails where what was built does not start, and says what to remove", async () => {
    env["CLUSTERMESH_PLUGIN_DOWNLOAD"] = "off";
    const cut = async () => {
      const built = await build();
      writeFileSync(built.binary, "");
      return built;
    };
    await assert.rejects(install(home(), { build: cut }), /built.*does not start.*remove .*, and it is built again/);
  });

  it("takes the download of a process that was quicker", async () => {
    const downloaded = "$PULUMI_HOME/plugins/resource-$4-$5";
    const quicker = join(folder, "home", ".cache", "cilium-clustermesh", "plugins", "real", "plugins");
    const program = (at: string) =>
      `mkdir -p ${at} && printf '#!/bin/sh\\necho 4711\\n' > ${at}/pulumi-resource-$4 && chmod +x ${at}/pulumi-resource-$4`;
    const pulumi = cli(`${program(downloaded)} && ${program(`${quicker}/resource-$4-$5`)}`);
    const report = await install(home(), { pulumi });
    assert.deepEqual(kindsOf(report), ["release", "release", "release"]);
  });

  it("looks in no folder that is not absolute, and makes none", async () => {
    env = { ...env, XDG_CACHE_HOME: "", PULUMI_HOME: "", CLUSTERMESH_PLUGIN_DOWNLOAD: "off" };
    await install(home());
    const launcher = readFileSync(binary(home(), "tls"), "utf8");
    assert.ok(
      launcher.includes(` '${join(folder, "home", ".cache", "cilium-clustermesh", "plugins", "tls-")}`),
      launcher,
    );
  });

  it("is not kept from its work by another process that removes old bundles too", async () => {
    env["CLUSTERMESH_PLUGIN_DOWNLOAD"] = "off";
    const bundles = join(folder, "home", ".cache", "cilium-clustermesh", "plugins");
    mkdirSync(bundles, { recursive: true });
    symlinkSync("gone", join(bundles, "tls-0123456789abcdef.js"));
    await install(home());
  });

  it("makes a bundle again that a full disk has cut short", async () => {
    env["CLUSTERMESH_PLUGIN_DOWNLOAD"] = "off";
    const first = await bundle("tls", join(folder, "bundles"));
    const whole = readFileSync(first, "utf8");
    writeFileSync(first, whole.slice(0, 100));
    symlinkSync(join(folder, "bundles"), join(folder, "same"));
    await bundle("tls", join(folder, "same"));
    assert.equal(readFileSync(first, "utf8"), whole);
  });
});
