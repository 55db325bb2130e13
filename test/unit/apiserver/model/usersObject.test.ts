import assert from "node:assert/strict";
import { usersName, usersObject, USERS_VERBS } from "../../../../components/apiserver/model/usersObject";

describe("the object of remote users", () => {
  it("is one ConfigMap in Cilium's namespace, and the rights are on it by its name", () => {
    assert.deepEqual(usersObject({ namespace: "cilium" }), {
      resource: "configmaps",
      name: "clustermesh-remote-users",
      namespace: "cilium",
    });
    assert.deepEqual(USERS_VERBS, ["get", "create", "patch", "delete"]);
    assert.equal(usersName({ namespace: "cilium" }), "ConfigMap cilium/clustermesh-remote-users");
  });
});
