import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { COMMAND_LINE } from "../../components/command/commandLine";
import { testFolder } from "../support/testFolder";
import { ComponentProvider, type Asked } from "./support/provider";
import { install, link, node, packed, ROOT } from "./support/packed";

/** Two clusters of which all is written down, so that nobody has to be asked. */
const PROGRAM = `import { ClusterMesh } from "cilium-clustermesh";
const cluster = (id: number, context: string) => ({ id, context, etcd: { endpoints: [\`https://172.16.\${id}.11:2379\`] }, podCIDRs: [\`10.\${id}.0.0/16\`], nodeCIDRs: [\`172.16.\${id}.0/24\`] });
new ClusterMesh("mesh", { clusters: { west: cluster(1, "west"), east: cluster(2, "east") } });
`;

/** The first program of the guide to the library, which asks the clusters. */
const GUIDE = readFileSync(join(ROOT, "docs", "guides", "library.md"), "utf8");
const [, ASKING = ""] = /```ts\n(import \{ inspectedMesh \} from "cilium-clustermesh";\n.*?)```/s.exec(GUIDE) ?? [];

/** A line that the types have to refuse. */
const MISSPELT = `// @ts-expect-error There is no such setting.
export const misspelt = { clusters: {}, peerSecrets: "x" } satisfies import("cilium-clustermesh").ClusterMeshArgs;
`;

const COMPILER = {
  strict: true,
  target: "es2022",
  module: "nodenext",
  moduleResolution: "nodenext",
  types: ["node"],
  skipLibCheck: true,
};

/** Runs a program under Pulumi's mocks as a preview does, and prints what it has registered. */
const UNDER_MOCKS = `
const pulumi = require("@pulumi/pulumi");
const registered = [];
const newResource = ({ type, name, inputs }) => {
  registered.push({ type, name, inputs });
  return { id: name + "-id", state: inputs };
};
pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "project", "stack", true, "organization");
require(process.argv[2]);
pulumi.runtime.disconnect().then(() => console.log(JSON.stringify(registered)));
`;

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: { readonly interpreter?: readonly string[] };
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe("the npm package", function () {
  this.timeout("10m");
  const unpacked = packed();
  const folder = testFolder();

  /** A deploy-time command that has no input: the first thing that it says once it runs. */
  const RAN = /expected object, received null/;
  const command = (runner: string, script = "cluster") => node(folder(), ...COMMAND_LINE, runner, script, "record");

  it("has what it is used by, no sources, and no path of the repository or of this machine's user", () => {
    const files = filesIn(unpacked()).map((file) => file.slice(unpacked().length + 1));
    for (const name of [
      "LICENSE",
      "README.md",
      "dist/library.cjs",
      "dist/types/index.d.ts",
      "dist/manifest.json",
      "pulumi-resource-clustermesh",
    ]) {
      assert.ok(files.includes(name), name);
    }
    assert.deepEqual(
      files.filter((name) => /(?<!\.d)\.ts$|^(test|lab|stacks|docs)\/|program\.cjs|tsconfig/.test(name)),
      [],
    );
    const hasPath = (name: string) => {
      const text = readFileSync(join(unpacked(), name), "utf8");
      return text.includes(ROOT) || text.includes(`${homedir()}/`);
    };
    assert.deepEqual(files.filter(hasPath), []);
  });

  it("meshes two clusters in three lines of a TypeScript program elsewhere", () => {
    for (const program of [PROGRAM, ASKING]) assert.equal(program.trim().split("\n").length, 3);
    install(unpacked(), folder());
    link(folder(), "typescript", "@types/node");
    writeFileSync(join(folder(), "program.ts"), PROGRAM);
    writeFileSync(join(folder(), "asking.ts"), ASKING);
    writeFileSync(join(folder(), "misspelt.ts"), MISSPELT);
    writeFileSync(join(folder(), "tsconfig.json"), JSON.stringify({ compilerOptions: COMPILER }));
    writeFileSync(join(folder(), "mocks.cjs"), UNDER_MOCKS);
    const compiled = node(folder(), "node_modules/typescript/bin/tsc");
    assert.equal(compiled.status, 0, compiled.stdout);
    const { stdout, stderr } = node(folder(), "mocks.cjs", "./program.js");
    assert.notEqual(stdout, "", stderr);
    const registered = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as readonly Registered[];
    const mesh = registered.filter(({ type }) => type === "clustermesh:index:ClusterMesh");
    assert.equal(mesh.length, 1);
    const commands = registered.filter(({ type }) => type === "command:local:Command");
    assert.ok(commands.some(({ name }) => name === "mesh-west-original-config"));
    const started = new Set(commands.map(({ inputs }) => inputs.interpreter?.[COMMAND_LINE.length + 1]));
    assert.deepEqual([...started], ["node_modules/cilium-clustermesh/components/command/run.cjs"]);
    for (const runner of started) assert.match(command(runner ?? "").stderr, RAN);
    const asking = node(folder(), "mocks.cjs", "./asking.js");
    assert.notEqual(asking.status, 0);
    assert.match(asking.stderr, /RunError: this mesh cannot work .*clusters "west", "east"/s);
  });

  it("can be imported by name from an ES module", () => {
    install(unpacked(), folder());
    const names = "ClusterMesh, ClusterMeshAuthority, ClusterMeshDemo, preflight, report";
    const text = `import { ${names} } from "cilium-clustermesh";\nconsole.log(typeof ClusterMesh, typeof preflight);\n`;
    writeFileSync(join(folder(), "program.mjs"), text);
    const { stdout, stderr } = node(folder(), "program.mjs");
    assert.equal(stdout, "function function\n", stderr);
  });

  it("is refused as a program, which its main is not: it would register nothing, and succeed", () => {
    install(unpacked(), folder());
    writeFileSync(join(folder(), "run.js"), 'require("./node_modules/cilium-clustermesh/dist/provider.cjs")();\n');
    writeFileSync(join(folder(), "mocks.cjs"), UNDER_MOCKS);
    const { status, stderr } = node(folder(), "mocks.cjs", "./run.js");
    assert.notEqual(status, 0);
    assert.match(stderr, /RunError: this is the component provider of cilium-clustermesh, and no program/);
  });

  it("has every command, which refuses bad input in words of its own", () => {
    const runner = join(install(unpacked(), folder()), "components", "command", "run.cjs");
    for (const script of ["apiserver", "cluster", "demo", "etcdUsers", "meshCheck", "policyCheck"]) {
      const { status, stderr } = command(runner, script);
      assert.equal(status, 1, script);
      assert.match(stderr, RAN, script);
      assert.doesNotMatch(stderr, /ENOENT|Cannot find module/, script);
    }
  });

  it("has the component provider, and nothing to build where Pulumi installs a package of components", async () => {
    const installed = install(unpacked(), folder());
    const prepared = node(installed, "build/build.mjs", "--if-needed");
    assert.deepEqual([prepared.status, prepared.stderr], [0, ""]);
    assert.match(readFileSync(join(installed, "PulumiPlugin.yaml"), "utf8"), /^runtime: nodejs$/m);
    const provider = await ComponentProvider.start(folder(), join(installed, "pulumi-resource-clustermesh"));
    try {
      const { name } = (await provider.schema()) as { readonly name: unknown };
      assert.equal(name, "clustermesh");
      const { registered } = await provider.construct({
        type: "clustermesh:index:ClusterMesh",
        name: "mesh",
        inputs: { ...(JSON.parse(MESH) as Asked["inputs"]), wait: { preflight: false } },
      });
      const { sent } = registered.find(({ type }) => type === "command:local:Command") ?? assert.fail();
      const runner = "node_modules/cilium-clustermesh/components/command/run.cjs";
      assert.ok((sent["interpreter"] as readonly unknown[]).includes(runner));
    } finally {
      await provider.stop();
    }
  });

  it("works where it was copied, among the files of another program too", () => {
    link(folder(), "etcd3");
    for (const [name, target] of [
      ["beside them", folder()],
      ["in a folder of its own", join(folder(), "vendor", "mesh")],
    ] as const) {
      cpSync(unpacked(), target, { recursive: true });
      rmSync(join(target, "package.json"));
      writeFileSync(join(folder(), "index.ts"), "export {};\n");
      mkdirSync(join(folder(), "stacks"), { recursive: true });
      assert.match(command(join(target, "components", "command", "run.cjs")).stderr, RAN, name);
    }
  });

  it("refuses a copy that lacks a part of what starts commands before anything is registered", () => {
    const installed = install(unpacked(), folder());
    writeFileSync(join(folder(), "program.js"), `new (require("cilium-clustermesh").ClusterMesh)("mesh", ${MESH});\n`);
    writeFileSync(join(folder(), "mocks.cjs"), UNDER_MOCKS);
    rmSync(join(installed, "dist", "manifest.json"));
    const { status, stderr } = node(folder(), "mocks.cjs", "./program.js");
    assert.notEqual(status, 0);
    assert.match(stderr, /cilium-clustermesh\/dist\/manifest\.json is missing; install or copy the package as a whole/);
  });
});

/** Two clusters, all of which is written down. */
const MESH = JSON.stringify({
  clusters: Object.fromEntries(
    [1, 2].map((id) => [
      `cluster${String(id)}`,
      {
        id,
        context: `cluster${String(id)}`,
        etcd: { endpoints: [`https://10.1.${String(id)}.1:2379`] },
        podCIDRs: [`10.6${String(id)}.0.0/16`],
        nodeCIDRs: [`10.1.${String(id)}.0/24`],
      },
    ]),
  ),
});
