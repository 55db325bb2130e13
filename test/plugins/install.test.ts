import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describePlugins, installPlugins } from "./install";

const versionOf = (name: string): string => {
  const { version } = JSON.parse(
    readFileSync(join(__dirname, "..", "..", "node_modules", "@pulumi", name, "package.json"), "utf8"),
  ) as { readonly version: string };
  return version;
};
const VERSIONS = new Map(["kubernetes", "tls", "command"].map((name) => [name, versionOf(name)]));

describe("installing plugins", function () {
  this.timeout(60_000);
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "install-"));
    env = { PATH: process.env["PATH"], HOME: join(folder, "home") };
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const home = () => join(folder, "pulumi");
  const pluginFolder = (under: string, name: string) =>
    join(under, "plugins", `resource-${name}-v${VERSIONS.get(name) ?? ""}`);
  const binary = (under: string, name: string) => join(pluginFolder(under, name), `pulumi-resource-${name}`);
  const calls = () =>
    existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8").trim().split("\n").sort() : [];

  /** A CLI that notes how it was called and then does something. */
  function cli(script: string): string {
    const path = join(folder, "pulumi-cli");
    writeFileSync(path, `#!/bin/sh\necho "$*" >> ${join(folder, "calls")}\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  function placeReal(under: string, name: string): void {
    mkdirSync(pluginFolder(under, name), { recursive: true });
    writeFileSync(binary(under, name), "#!/bin/sh\n# the real one\n");
    chmodSync(binary(under, name), 0o755);
  }

  it("asks for the versions of the SDKs, and puts stand-ins where there is no answer", async () => {
    const report = await installPlugins(home(), { env, pulumi: cli('echo "error: no route" >&2; exit 1') });
    assert.deepEqual(
      calls(),
      [...VERSIONS].map(([name, version]) => `plugin install resource ${name} v${version}`).sort(),
    );
    for (const { name, version, kind, reason } of report) {
      assert.deepEqual(
        [version, kind, reason],
        [VERSIONS.get(name), "stand-in", "cannot be downloaded: error: no route"],
      );
      assert.ok(existsSync(binary(home(), name)));
    }
    const line = describePlugins(report);
    assert.equal(line.includes("\n"), false);
    for (const word of [...[...VERSIONS].map((pair) => pair.join(" ")), "stand-in", "no route"])
      assert.ok(line.includes(word), line);
  });

  it("installs a launcher that prints a port and nothing else", async () => {
    env["CLUSTERMESH_PLUGIN_DOWNLOAD"] = "off";
    await installPlugins(home(), { env });
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
    await installPlugins(home(), { env, pulumi });
    const asked = calls().length;
    const again = await installPlugins(home(), { env, pulumi });
    assert.equal(calls().length, asked);
    assert.ok(again.every(({ reason }) => reason.startsWith("could not be downloaded within the last day")));
  });

  it("does not ask at all when it is switched off", async () => {
    env["CLUSTERMESH_PLUGIN_DOWNLOAD"] = "off";
    const report = await installPlugins(home(), { env, pulumi: cli("exit 1") });
    assert.deepEqual(calls(), []);
    assert.ok(
      report.every(({ kind, reason }) => kind === "stand-in" && reason.includes("CLUSTERMESH_PLUGIN_DOWNLOAD=off")),
    );
  });

  it("does not wait for an answer longer than its limit", async () => {
    const began = Date.now();
    const [first] = await installPlugins(home(), { env, limit: 500, pulumi: cli("exec sleep 60") });
    assert.ok(Date.now() - began < 20_000);
    assert.match(first?.reason ?? "", /no answer within 0\.5 s/);
  });

  it("prefers real plugins of the same home, of the user, and of an earlier download", async () => {
    placeReal(home(), "kubernetes");
    placeReal(join(folder, "home", ".pulumi"), "tls");
    const download = `mkdir -p $PULUMI_HOME/plugins/resource-$4-$5 && cp ${binary(home(), "kubernetes")} $PULUMI_HOME/plugins/resource-$4-$5/pulumi-resource-$4`;
    const report = await installPlugins(home(), { env, pulumi: cli(download) });
    assert.deepEqual(
      report.map(({ name, kind }) => `${name} ${kind}`),
      ["kubernetes real", "tls real", "command real"],
    );
    assert.deepEqual(calls(), [`plugin install resource command v${versionOf("command")}`]);
    assert.equal(readlinkSync(binary(home(), "tls")), binary(join(folder, "home", ".pulumi"), "tls"));
    assert.match(readFileSync(binary(home(), "command"), "utf8"), /the real one/);
    await installPlugins(join(folder, "other"), { env, pulumi: cli("exit 1") });
    assert.equal(calls().length, 2, "kubernetes was only in the first home");
  });

  it("never takes a stand-in for the real plugin", async () => {
    env["CLUSTERMESH_PLUGIN_DOWNLOAD"] = "off";
    await installPlugins(home(), { env });
    assert.ok((await installPlugins(home(), { env })).every(({ kind }) => kind === "stand-in"));
    env["PULUMI_HOME"] = home();
    assert.ok((await installPlugins(join(folder, "other"), { env })).every(({ kind }) => kind === "stand-in"));
  });
});
