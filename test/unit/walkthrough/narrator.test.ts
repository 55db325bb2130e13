import assert from "node:assert/strict";
import { steadyLines } from "../../demo/narrator";

describe("demo: what is told of Pulumi", () => {
  it("are whole lines, and none of what is only begun or read", () => {
    const told: string[] = [];
    const hear = steadyLines((line) => told.push(line));
    const said = [
      " +  tls:index:PrivateKey a creating (0s)",
      " +  tls:index:PrivateKey a created (1s)",
      "    pulumi:pulumi:Stack x running read kubernetes:core/v1:Secret ca",
      "",
      "    pulumi:pulumi:Stack x running warning: look here",
      "    Resources: 1 read",
    ].join("\n");
    for (const part of [said.slice(0, 30), said.slice(30), "\n"]) hear(Buffer.from(part));
    assert.deepEqual(told, [
      " +  tls:index:PrivateKey a created (1s)",
      "    pulumi:pulumi:Stack x running warning: look here",
      "    Resources: 1 read",
    ]);
  });
});
