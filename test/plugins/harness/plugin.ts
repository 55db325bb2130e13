import { spawn, type ChildProcess, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { credentials, type Server, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { kubernetesPlugin } from "../../../lab";
import { bundle } from "../bundle";
import type { CheckFailure } from "../shared/provider";
import type { PropertyMap } from "../shared/value";
import { fromStruct, toStruct } from "../shared/wire";
import { startEngine, type LogLine } from "./engine";
import { failure, readable, type Diff } from "./results";

/** A resource as the engine's state holds it. */
export interface Held {
  readonly urn: string;
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly state: PropertyMap;
}

/** Options of an operation. */
export interface Options {
  readonly preview?: boolean;
  /** Seconds, as of `customTimeouts`. */
  readonly timeout?: number;
  readonly ignoreChanges?: readonly string[];
}

/** The URN of a resource in a stack of its own. */
export const urn = (type: string, name: string) => `urn:pulumi:test::plugins::${type}::${name}`;

function promised<T>(work: (done: (error: ServiceError | null, response: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    work((error, response) => {
      if (error === null) resolve(response);
      else reject(failure(error));
    });
  });
}

type PluginName = "kubernetes" | "tls" | "command";

/** The real `kubernetes` plugin, the stand-ins of the others. */
async function commandOf(name: PluginName): Promise<readonly [string, readonly string[]]> {
  return name === "kubernetes" ? [(await kubernetesPlugin()).binary, []] : [process.execPath, [await bundle(name)]];
}

/** The port that a plugin prints when it is ready. */
async function portOf(child: ChildProcessByStdio<null, Readable, null>, name: string): Promise<string> {
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error(`the plugin ${name} ended before it had printed a port`);
}

/** A plugin in a process of its own, talked to as the engine does. */
export class Plugin {
  private static readonly running = new Set<Plugin>();

  private constructor(
    readonly process: ChildProcess,
    private readonly client: ResourceProviderClient,
    private readonly server: Server,
    /** Its home and its folder of temporary files; removed with it. */
    readonly folder: string,
    /** Everything that the plugin logged. */
    readonly log: readonly LogLine[],
  ) {}

  /** Starts a plugin, configured with `name:config:key` variables. Of the environment it gets no more than its own and a PATH. */
  static async start(
    name: PluginName,
    config: Readonly<Record<string, string>> = {},
    env: NodeJS.ProcessEnv = {},
  ): Promise<Plugin> {
    const lines: LogLine[] = [];
    const { server, address } = await startEngine(lines);
    const folder = await mkdtemp(join(tmpdir(), `plugin-${name}-`));
    const [program, args] = await commandOf(name);
    const child = spawn(program, [...args, address], {
      env: { PATH: process.env["PATH"], HOME: folder, TMPDIR: folder, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const client = new ResourceProviderClient(`127.0.0.1:${await portOf(child, name)}`, credentials.createInsecure());
    const plugin = new Plugin(child, client, server, folder, lines);
    Plugin.running.add(plugin);
    await plugin.configure(name, config);
    return plugin;
  }

  /** Ends every plugin that was started. */
  static async stopAll(): Promise<void> {
    await Promise.all([...Plugin.running].map((plugin) => plugin.stop()));
  }

  private async configure(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    const request = new pb.ConfigureRequest();
    request.setAcceptsecrets(true);
    for (const [key, value] of Object.entries(config)) request.getVariablesMap().set(`${name}:config:${key}`, value);
    await promised<pb.ConfigureResponse>((done) => this.client.configure(request, done));
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    Plugin.running.delete(this);
    this.client.close();
    this.server.forceShutdown();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, "exit");
      this.process.kill("SIGTERM");
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Lets the engine vanish, as a crash does. */
  killEngine(): void {
    this.server.forceShutdown();
  }

  cancel(): Promise<Empty> {
    return promised((done) => this.client.cancel(new Empty(), done));
  }

  async check(
    of: string,
    news: PropertyMap,
    olds: PropertyMap = {},
  ): Promise<{ readonly inputs: PropertyMap; readonly failures: readonly CheckFailure[] }> {
    const request = new pb.CheckRequest();
    request.setUrn(of);
    request.setNews(toStruct(news));
    request.setOlds(toStruct(olds));
    request.setRandomseed(Buffer.from(of));
    const response = await promised<pb.CheckResponse>((done) => this.client.check(request, done));
    const failures = response
      .getFailuresList()
      .map((item) => ({ property: item.getProperty(), reason: item.getReason() }));
    return { inputs: fromStruct(response.getInputs()), failures };
  }

  async diff(held: Held, news: PropertyMap, { ignoreChanges = [] }: Options = {}): Promise<Diff> {
    const request = new pb.DiffRequest();
    request.setUrn(held.urn);
    request.setId(held.id);
    request.setOlds(toStruct(held.state));
    request.setOldInputs(toStruct(held.inputs));
    request.setNews(toStruct(news));
    request.setIgnorechangesList([...ignoreChanges]);
    return readable(await promised<pb.DiffResponse>((done) => this.client.diff(request, done)));
  }

  async diffConfig(olds: PropertyMap, news: PropertyMap): Promise<Diff> {
    const request = new pb.DiffRequest();
    request.setUrn(urn("pulumi:providers:kubernetes", "provider"));
    request.setOlds(toStruct(olds));
    request.setNews(toStruct(news));
    return readable(await promised<pb.DiffResponse>((done) => this.client.diffConfig(request, done)));
  }

  /** Creates what was checked. */
  async createChecked(of: string, inputs: PropertyMap, { preview = false, timeout = 0 }: Options = {}): Promise<Held> {
    const request = new pb.CreateRequest();
    request.setUrn(of);
    request.setProperties(toStruct(inputs));
    request.setPreview(preview);
    request.setTimeout(timeout);
    const response = await promised<pb.CreateResponse>((done) => this.client.create(request, done));
    return { urn: of, id: response.getId(), inputs, state: fromStruct(response.getProperties()) };
  }

  /** Checks and creates. */
  async create(of: string, news: PropertyMap, options: Options = {}): Promise<Held> {
    const { inputs, failures } = await this.check(of, news);
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    return this.createChecked(of, inputs, options);
  }

  /** Checks new inputs against the old ones and updates. */
  async update(
    held: Held,
    news: PropertyMap,
    { preview = false, timeout = 0, ignoreChanges = [] }: Options = {},
  ): Promise<Held> {
    const { inputs } = await this.check(held.urn, news, held.inputs);
    const request = new pb.UpdateRequest();
    request.setUrn(held.urn);
    request.setId(held.id);
    request.setOlds(toStruct(held.state));
    request.setOldInputs(toStruct(held.inputs));
    request.setNews(toStruct(inputs));
    request.setPreview(preview);
    request.setTimeout(timeout);
    request.setIgnorechangesList([...ignoreChanges]);
    const response = await promised<pb.UpdateResponse>((done) => this.client.update(request, done));
    return { ...held, inputs, state: fromStruct(response.getProperties()) };
  }

  /** Reads as a refresh does; without inputs and state as `.get()` does. An empty id says that it is gone. */
  async read({ urn: of, id, inputs, state }: Held): Promise<Held> {
    const request = new pb.ReadRequest();
    request.setUrn(of);
    request.setId(id);
    request.setInputs(toStruct(inputs));
    request.setProperties(toStruct(state));
    const response = await promised<pb.ReadResponse>((done) => this.client.read(request, done));
    return {
      urn: of,
      id: response.getId(),
      inputs: fromStruct(response.getInputs()),
      state: fromStruct(response.getProperties()),
    };
  }

  async delete(held: Held, { timeout = 0 }: Options = {}): Promise<void> {
    const request = new pb.DeleteRequest();
    request.setUrn(held.urn);
    request.setId(held.id);
    request.setProperties(toStruct(held.state));
    request.setTimeout(timeout);
    await promised<Empty>((done) => this.client.delete(request, done));
  }
}
