import * as pulumi from "@pulumi/pulumi";

/** The text of an input; nothing where it is known only once something is made, as in a preview. */
export async function known(input: pulumi.Input<string>): Promise<string | undefined> {
  if (typeof input === "string") return input;
  const sent: unknown = await pulumi.runtime.serializeProperty("text", input);
  const text: unknown = pulumi.runtime.isRpcSecret(sent) ? pulumi.runtime.unwrapRpcSecret(sent) : sent;
  return typeof text === "string" && text !== pulumi.runtime.unknownValue ? text : undefined;
}
