import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { credentials, type Server, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
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

/** A plugin in a process of its own, talked to as the engine does. */
export class Plugin {
  private static readonly running = new Set<Plugin>();

  private constructor(
    readonly process: ChildProcess,
    private readonly client: ResourceProviderClient,
    private readonly server: Server,
    /** Everything that the plugin logged. */
    readonly log: readonly LogLine[],
  ) {}

  /** Starts a stand-in, configured with `name:config:key` variables. */
  static async start(
    name: string,
    config: Readonly<Record<string, string>> = {},
    env: NodeJS.ProcessEnv = {},
  ): Promise<Plugin> {
    const lines: LogLine[] = [];
    const { server, address } = await startEngine(lines);
    const child = spawn(process.execPath, [await bundle(name), address], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    const plugin = new Plugin(
      child,
      new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure()),
      server,
      lines,
    );
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
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill("SIGTERM");
    await ended;
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
