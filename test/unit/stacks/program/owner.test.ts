import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { stackOwner } from "../../../../stacks/program/owner";
import { testFolder } from "../../../support/testFolder";

describe("stacks: the owner of what a stack makes", () => {
  const folder = testFolder();

  const of = (env: NodeJS.ProcessEnv) => stackOwner({ PULUMI_HOME: join(folder(), "nowhere"), ...env }, folder());
  const at = (url: string) => of({ PULUMI_BACKEND_URL: url });

  it("is the stack's full name and where its state is", () => {
    assert.match(at("s3://states"), /^[^/]+\/[^/]+\/[^/]+@[0-9a-f]{8}$/);
    assert.notEqual(at("s3://states"), at("s3://others"));
  });

  it("is the same however the place is spelt", () => {
    assert.equal(at("s3://states?region=x"), at("s3://states/"));
    assert.equal(at("file://~/states"), at(`file://${homedir()}/states`));
  });

  it("is found where the CLI finds it: in the environment, the project, the login, and else it is Pulumi Cloud", () => {
    assert.equal(of({}), at("https://api.pulumi.com"));
    const home = { PULUMI_HOME: folder() };
    writeFileSync(join(folder(), "credentials.json"), '{"current":"s3://login"}');
    assert.equal(of(home), at("s3://login"));
    writeFileSync(join(folder(), "Pulumi.yaml"), "name: x\nbackend: {url: s3://project}\n");
    assert.equal(of(home), at("s3://project"));
    assert.equal(of({ ...home, PULUMI_BACKEND_URL: "s3://env" }), at("s3://env"));
    for (const file of ["credentials.json", "Pulumi.yaml"]) writeFileSync(join(folder(), file), "\u0000: [");
    assert.equal(of(home), at("https://api.pulumi.com"));
  });
});
