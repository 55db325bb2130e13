import * as pulumi from "@pulumi/pulumi";
import { setImmediate } from "node:timers/promises";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { RecordedPaths } from "../../../components/nodePaths/model/pathVerdict";
import { recordOf } from "./record";

/** A resource that a program has registered. */
export interface Registered {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URN of the parent; empty for a resource at the top. */
  readonly parent: string;
  /** Name of the provider resource that it was given or has inherited; empty for a default provider. */
  readonly provider: string;
  /** URNs of what has to be done before. */
  readonly dependencies: readonly string[];
  /** Inputs with their secrets wrapped, as the engine gets them. */
  readonly wrapped: unknown;
  /** How it was called before, where that was otherwise. */
  readonly aliases: readonly { readonly name: string; readonly type: string }[];
  /** What makes the engine replace it, when it changes. */
  readonly replacementTrigger: unknown;
  /** Inputs as plain values. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What a program has registered, and what it gave back. */
export interface Run<T> {
  readonly result: T;
  readonly resources: readonly Registered[];
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Whether a value of the wire is a wrapped secret. */
export function isWrappedSecret(value: unknown): value is { readonly value: unknown } {
  return isObject(value) && value[SIGNATURE] === SECRET;
}

/** A value of the wire without the wrapping of its secrets. */
export function unwrapped(value: unknown): unknown {
  if (isWrappedSecret(value)) {
    return unwrapped(value.value);
  }
  if (Array.isArray(value)) {
    return value.map(unwrapped);
  }
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unwrapped(each)]))
    : value;
}

const KEY = (name: string) => `-----BEGIN PRIVATE KEY-----\n${name}\n-----END PRIVATE KEY-----\n`;

/** What the providers would make up, by a part of the resource's type. A mocked key is a secret only because it is said here. */
function computed(type: string, name: string, inputs: object): Readonly<Record<string, unknown>> {
  switch (type) {
    case "tls:index/privateKey:PrivateKey":
      return { privateKeyPem: pulumi.secret(KEY(name)) };
    case "tls:index/certRequest:CertRequest":
      return { certRequestPem: `request ${name}` };
    case "tls:index/selfSignedCert:SelfSignedCert":
    case "tls:index/locallySignedCert:LocallySignedCert":
      return { certPem: `certificate ${name}`, validityEndTime: "2027-11-15T12:00:00Z" };
    case "command:local:Command":
      // Like the real one: with a secret among the inputs, the engine takes every output for one.
      return { stdout: "stdin" in inputs ? pulumi.secret(printed(name)) : printed(name), stderr: "" };
    default:
      return {};
  }
}

/** The record of paths that the first cluster has, and no other. */
export const PATHS_OF_CLUSTER1: RecordedPaths = { kind: "probed", broken: ["host a → b"], unjudged: [] };

/** What a command would print. */
function printed(name: string): pulumi.Input<string> {
  if (name.includes("/pings-")) {
    const pings = [{ client: "cluster1/default/stranger", path: "pod IP", seen: `seen by ${name}` }];
    return JSON.stringify({ pings, drops: [`drop seen by ${name}`] });
  }
  if (name === "clustermesh-cluster1-original-config") {
    // As of a command that got a kubeconfig.
    return pulumi.secret(JSON.stringify({ of: name, ...recordOf({ paths: PATHS_OF_CLUSTER1 }) }));
  }
  if (name.endsWith("-etcd-users")) {
    return JSON.stringify({ auth: name.startsWith("clustermesh-cluster1") ? "enforced" : "off", users: [] });
  }
  if (name.endsWith("-original-config")) {
    return JSON.stringify({ of: name, ...recordOf() });
  }
  return name.endsWith("-check") ? '{"clusters":[],"readiness":[],"paths":[],"stalePods":[]}' : `{"of":"${name}"}`;
}

/** Name of the resource in a provider reference, which is `urn::id`. */
function providerName(reference: string): string {
  return reference.split("::")[3] ?? "";
}

/** A resource whose creation takes until another one is made, and all that can go on without it has. */
export interface Held {
  readonly name: string;
  readonly until: string;
}

/** More turns than any step of the program takes from one resource to the next. */
const TURNS = 100;

/** Holds up what is to be held up. */
function holding(held: Held | undefined): (name: string) => Promise<void> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  return async (name) => {
    if (name === held?.until) release();
    if (name !== held?.name) return;
    await released;
    for (let turn = 0; turn < TURNS; turn++) await setImmediate();
  };
}

/** The outputs of the other stacks of the backend, by their names. */
export type OtherStacks = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The files of Secrets that are read, by `namespace/name`. */
export type ReadSecrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a resource has that is read and not made. */
function read(id: string | undefined, secrets: ReadSecrets): object {
  const files = Object.entries(secrets[id ?? ""] ?? {});
  const data = files.map(([file, text]) => [file, Buffer.from(text).toString("base64")] as const);
  return files.length === 0 ? {} : { data: Object.fromEntries(data) };
}

/** What a reference to another stack reads, in a preview as well. */
function referenced(type: string, inputs: unknown, stacks: OtherStacks): object {
  const { name = "" } = inputs as { readonly name?: string };
  return type === "pulumi:pulumi:StackReference" ? { outputs: stacks[name] ?? {}, secretOutputNames: ["signing"] } : {};
}

/**
 * Runs a program against mocked providers, and waits until all of it is registered.
 *
 * @param preview Whether what providers make up is unknown, as in a preview.
 * @param held A resource that takes long.
 * @param stacks What references to other stacks find.
 * @param secrets What Secrets have that are read.
 */
export function run<T>(
  program: () => T | Promise<T>,
  preview = false,
  held?: Held,
  stacks: OtherStacks = {},
  secrets: ReadSecrets = {},
): Promise<Run<T>> {
  // The runtime has one monitor for all of the process: one program at a time.
  const next = last.then(() => runAlone(program, preview, held, stacks, secrets));
  last = next.catch(() => undefined);
  return next;
}

let last: Promise<unknown> = Promise.resolve();

async function runAlone<T>(
  program: () => T | Promise<T>,
  preview: boolean,
  held: Held | undefined,
  stacks: OtherStacks,
  secrets: ReadSecrets,
): Promise<Run<T>> {
  const resources: Registered[] = [];
  const hold = holding(held);
  await pulumi.runtime.setMocks(
    {
      newResource: async ({ type, name, inputs, id }) => {
        await hold(name);
        const made = preview ? {} : computed(type, name, inputs as object);
        const found = { ...referenced(type, inputs, stacks), ...read(id, secrets) };
        return { id: `${name}-id`, state: { ...(inputs as object), ...made, ...found } };
      },
      call: ({ token, inputs }) => {
        const { name = "" } = inputs as { readonly name?: string };
        if (token === "pulumi:pulumi:readStackOutputs" && !Object.hasOwn(stacks, name)) {
          // The SDK reads the engine's words from where gRPC has them.
          throw Object.assign(new Error(), { details: `unknown stack "${name}"` });
        }
        return inputs as Record<string, unknown>;
      },
    },
    "clustermesh",
    "test",
    preview,
    "organization",
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    register(request, (error, response) => {
      const wrapped: unknown = request.getObject()?.toJavaScript() ?? {};
      resources.push({
        urn: response?.getUrn() ?? "",
        type: request.getType(),
        name: request.getName(),
        parent: request.getParent(),
        provider: providerName(request.getProvider()),
        dependencies: request.getDependenciesList(),
        wrapped,
        aliases: request.getAliasesList().flatMap((alias) => {
          const spec = alias.getSpec();
          return spec === undefined ? [] : [{ name: spec.getName(), type: spec.getType() }];
        }),
        replacementTrigger: request.getReplacementTrigger()?.toJavaScript(),
        inputs: unwrapped(wrapped) as Readonly<Record<string, unknown>>,
      });
      callback(error, response);
    });
  };
  const limit = Error.stackTraceLimit;
  // The SDK formats a stack for every promise; with source maps that would be most of the time that these tests take.
  Error.stackTraceLimit = 0;
  try {
    const result = await program();
    await pulumi.runtime.disconnect();
    return { result, resources };
  } finally {
    Error.stackTraceLimit = limit;
  }
}

interface Monitor {
  registerResource(
    request: RegisterResourceRequest,
    callback: (error: unknown, response: { getUrn(): string } | undefined) => void,
  ): void;
}

/** Long enough for a busy machine: what has a value has it at once. */
const NO_VALUE_MS = 30_000;

/** The value of an output; fails where there is none or it does not come, for an output that is never known would wait for ever. */
export function valueOf<T>(output: pulumi.Output<T> | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    if (output === undefined) {
      reject(new Error("this output is absent"));
      return;
    }
    const timer = setTimeout(() => {
      reject(new Error("this output has no value"));
    }, NO_VALUE_MS);
    output.apply((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
