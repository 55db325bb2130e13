import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Preview } from "../../../ci/model/preview";
import { driftOfStack, previewStack } from "../../../ci/previewStack";
import { testFolder } from "../../support/testFolder";

/** Stands for the CLI: says how it was called and ends as FAKE_EXIT says. */
const FAKE_CLI = `#!${process.execPath}
const { existsSync, readFileSync, statSync } = require("node:fs");
const { KUBECONFIG, PULUMI_BACKEND_URL, FAKE_OUTPUT = "", FAKE_EXIT = "0" } = process.env;
const kubeconfig = KUBECONFIG === undefined || !existsSync(KUBECONFIG) ? undefined :
  { path: KUBECONFIG, mode: (statSync(KUBECONFIG).mode & 0o777).toString(8), content: readFileSync(KUBECONFIG, "utf8") };
const project = readFileSync("Pulumi.yaml", "utf8");
const stack = readFileSync("stacks/Pulumi.staging.yaml", "utf8");
const call = JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), backend: PULUMI_BACKEND_URL, kubeconfig, project, stack });
if (FAKE_OUTPUT === "") console.log(JSON.stringify({ steps: [], diagnostics: [{ severity: "info", message: call }] }));
else console.error(FAKE_OUTPUT);
process.exitCode = process.argv[2] === "stack" ? 0 : Number(FAKE_EXIT);
`;

interface Call {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly backend?: string;
  readonly kubeconfig?: { readonly path: string; readonly mode: string; readonly content: string };
  readonly project: string;
  readonly stack: string;
}

describe("previewStack", () => {
  const folder = testFolder();
  let root = "";
  const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ PATH: join(root, "bin"), ...more });
  const callOf = ({ findings: [said] }: Preview) => JSON.parse(said?.text ?? "") as Call;

  beforeEach(async () => {
    root = folder();
    await mkdir(join(root, "stacks"));
    await mkdir(join(root, "bin"));
    await writeFile(join(root, "Pulumi.yaml"), "name: clustermesh\nruntime: nodejs\nmain: start.cjs\n");
    await writeFile(join(root, "stacks", "Pulumi.staging.yaml"), "config:\n  clustermesh:authority: generated\n");
    await writeFile(join(root, "bin", "pulumi"), FAKE_CLI, { mode: 0o755 });
  });

  it("on paper has a project, a state and a configuration of its own, and no cluster", async () => {
    const before = await readdir(root, { recursive: true });
    const preview = await previewStack("staging", root, env({ KUBECONFIG: join(root, "Pulumi.yaml") }));
    const call = callOf(preview);
    assert.equal(preview.outcome, "succeeded");
    assert.match(preview.conditions, /^on paper.*neither PULUMI_ACCESS_TOKEN/);
    assert.deepEqual(call.args.slice(0, 2), ["preview", "--json"]);
    assert.ok(call.args.includes("--non-interactive"));
    assert.notEqual(call.cwd, root);
    assert.ok(call.project.includes(`main: ${join(root, "start.cjs")}\n`), call.project);
    assert.match(call.stack, /clustermesh:wait:\n +preflight: false/);
    assert.equal(call.backend, `file://${join(call.cwd, "state")}`);
    assert.equal(call.kubeconfig?.path, "/dev/null");
    assert.deepEqual(await readdir(root, { recursive: true }), before);
    await assert.rejects(readdir(call.cwd), /ENOENT/);
  });

  it("against the state runs in the project, with a kubeconfig that only it can read and that is gone afterwards", async () => {
    const access = { PULUMI_ACCESS_TOKEN: "pul-0123456789", KUBECONFIG_CONTENT: "apiVersion: v1" };
    const preview = await previewStack("staging", root, env(access));
    const { cwd, kubeconfig } = callOf(preview);
    assert.equal(preview.conditions, "against the stack's state");
    assert.equal(cwd, root);
    assert.equal(kubeconfig?.mode, "600");
    assert.equal(kubeconfig.content, "apiVersion: v1");
    await assert.rejects(readFile(kubeconfig.path), /ENOENT/);
  });

  it("looks for drift with what the clusters are now, against the state alone", async () => {
    const access = { PULUMI_ACCESS_TOKEN: "pul-0123456789", KUBECONFIG_CONTENT: "apiVersion: v1" };
    const drift = await driftOfStack("staging", root, env(access));
    const { args, cwd, kubeconfig } = callOf(drift);
    assert.deepEqual(args.slice(0, 5), ["preview", "--json", "--refresh", "--stack", "staging"]);
    assert.equal(cwd, root);
    assert.equal(kubeconfig?.content, "apiVersion: v1");
    await assert.rejects(readFile(kubeconfig.path), /ENOENT/);
    const unseen = await driftOfStack("staging", root, env());
    assert.equal(unseen.outcome, "skipped");
    assert.match(unseen.conditions, /^not at all: this job has neither PULUMI_ACCESS_TOKEN/);
  });

  it("fails as Pulumi fails, and hands on nothing secret", async () => {
    const pem = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----";
    const access = { PULUMI_BACKEND_URL: "postgres://me:secret@host/db", FAKE_EXIT: "255" };
    const preview = await previewStack(
      "staging",
      root,
      env({ ...access, FAKE_OUTPUT: `${pem} ${access.PULUMI_BACKEND_URL}` }),
    );
    const said = JSON.stringify(preview);
    assert.equal(preview.outcome, "failed");
    assert.match(said, /\[PRIVATE KEY removed\] \[removed\]/);
    assert.doesNotMatch(said, /MIIB|secret@/);
  });

  it("skips a stack on paper when its secrets are needed", async () => {
    await writeFile(join(root, "stacks", "Pulumi.staging.yaml"), "config:\n  clustermesh:ca: { secure: v1:x }\n");
    const preview = await previewStack("staging", root, env());
    assert.equal(preview.outcome, "skipped");
    assert.match(preview.findings[0]?.text ?? "", /^clustermesh:ca can be decrypted only/);
  });

  it("says what to do when there is no Pulumi", async () => {
    await rm(join(root, "bin", "pulumi"));
    await assert.rejects(previewStack("staging", root, env()), /install its CLI/);
  });
});
