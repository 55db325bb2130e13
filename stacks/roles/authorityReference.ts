import * as pulumi from "@pulumi/pulumi";
import { error, type Diagnostic } from "../../components/mesh/model/diagnostic";
import { readPublished, REGISTRY_OUTPUT, SIGNING_OUTPUT, type Published, type Unreadable } from "./registry";

/**
 * Whether the backend has no such stack. A reference to one would end the run with the engine's words alone. What else keeps a stack from
 * being read, the error of the reference itself shows better.
 */
async function isUnknown(stack: string): Promise<boolean> {
  try {
    await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: stack });
    return false;
  } catch (error) {
    return String(error).includes("unknown stack");
  }
}

const FAULTS: Readonly<Record<Unreadable | "unknown", string>> = {
  unknown: "is no stack of this backend",
  nothing: "has published no registry",
  "another form": "has published a registry that this version of the program cannot read",
};

const FIXES: Readonly<Record<Unreadable | "unknown", string>> = {
  unknown: "give the name of the authority stack, organization/project/stack, and pulumi up that stack first",
  nothing: 'pulumi up that stack first, with clustermesh:role "authority"',
  "another form": "pulumi up that stack with the same version of the program as this one",
};

/** Reads what the authority stack has published. It is known in previews as well, for it is what that stack's last up has left. */
export async function readAuthorityStack(stack: string): Promise<Published | Diagnostic> {
  const problem = (fault: Unreadable | "unknown"): Diagnostic =>
    error({
      property: "clustermesh:authorityStack",
      value: stack,
      reason: FAULTS[fault],
      fix: FIXES[fault],
    });
  if (await isUnknown(stack)) {
    return problem("unknown");
  }
  const reference = new pulumi.StackReference("authority", { name: stack });
  const read = async (output: string): Promise<unknown> => {
    const details: Readonly<Record<string, unknown>> = { ...(await reference.getOutputDetails(output)) };
    return details["value"] ?? details["secretValue"];
  };
  const published = readPublished({ registry: await read(REGISTRY_OUTPUT), signing: await read(SIGNING_OUTPUT) });
  return typeof published === "string" ? problem(published) : published;
}
