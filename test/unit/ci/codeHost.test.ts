import assert from "node:assert/strict";
import { codeHost, leaveComment, type CodeHost } from "../../../ci/codeHost";
import { JsonServer, type Request } from "../support/ci/jsonServer";

const MARKER = "<!-- mark -->";
const BOT = "github-actions[bot]";
const OWN_ID = 7;

interface Note {
  readonly id: number;
  readonly writer: string | number;
  body: string;
}

/** The comments of GitHub or GitLab as their documentation describes them; any other request is not found. */
class FakeHost {
  readonly notes: Note[] = [];
  readonly requests: string[] = [];
  readonly server = new JsonServer((request) => this.answer(request));

  constructor(private readonly kind: "github" | "gitlab") {}

  private answer({ method, url, token, payload: { body = "" } }: Request): unknown {
    this.requests.push(`${method} ${url.pathname}`);
    const gitHub = this.kind === "github";
    if (token !== (gitHub ? "Bearer right" : "right")) return undefined;
    if (!gitHub && url.pathname === "/user") return { id: OWN_ID };
    const all = gitHub ? "/repos/o/r/issues/5/comments" : "/projects/3/merge_requests/5/notes";
    const one = gitHub ? "/repos/o/r/issues/comments/" : `${all}/`;
    if (method === "GET" && url.pathname === all) {
      const [page, size] = [Number(url.searchParams.get("page")), Number(url.searchParams.get("per_page"))];
      return this.notes.slice((page - 1) * size, page * size).map((note) => this.shown(note));
    }
    if (method === "POST" && url.pathname === all) {
      const note = { id: this.notes.length + 1, writer: gitHub ? BOT : OWN_ID, body };
      this.notes.push(note);
      return this.shown(note);
    }
    const note = this.notes.find(({ id }) => url.pathname === `${one}${id}`);
    if (method !== (gitHub ? "PATCH" : "PUT") || note === undefined) return undefined;
    note.body = body;
    return this.shown(note);
  }

  private shown({ id, writer, body }: Note): object {
    return { id, body, ...(this.kind === "github" ? { user: { login: writer } } : { author: { id: writer } }) };
  }
}

const GITHUB = { GITHUB_REPOSITORY: "o/r", PULL_REQUEST: "5" };
const GITLAB = { GITLAB_CI: "true", CI_MERGE_REQUEST_PROJECT_ID: "3", CI_MERGE_REQUEST_IID: "5" };

const HOSTS = [
  {
    kind: "github",
    own: BOT,
    other: "mallory",
    env: (url: string, token: string) => ({ ...GITHUB, GITHUB_API_URL: url, GITHUB_TOKEN: token }),
  },
  {
    kind: "gitlab",
    own: OWN_ID,
    other: 8,
    env: (url: string, token: string) => ({ ...GITLAB, CI_API_V4_URL: url, GITLAB_TOKEN: token }),
  },
] as const;

for (const { kind, own, other, env } of HOSTS) {
  describe(`the comment on ${kind}`, () => {
    let fake: FakeHost;
    let url = "";
    const open = (token = "right"): CodeHost => {
      const host = codeHost(env(url, token));
      assert.ok(host);
      return host;
    };

    beforeEach(async () => {
      fake = new FakeHost(kind);
      url = await fake.server.listen();
    });
    afterEach(() => fake.server.close());

    it("is written once and updated from then on", async () => {
      assert.equal(await leaveComment(open(), MARKER, `${MARKER} one`), "created");
      assert.equal(await leaveComment(open(), MARKER, `${MARKER} two`), "updated");
      assert.deepEqual(
        fake.notes.map(({ body }) => body),
        [`${MARKER} two`],
      );
    });

    it("is found on a later page", async () => {
      for (let id = 1; id <= 250; id++)
        fake.notes.push({ id, writer: own, body: id === 230 ? `${MARKER} old` : "talk" });
      assert.equal(await leaveComment(open(), MARKER, `${MARKER} new`), "updated");
      assert.equal(fake.notes[229]?.body, `${MARKER} new`);
      assert.equal(fake.notes.length, 250);
    });

    it("leaves alone what others wrote, and what only quotes the marker", async () => {
      fake.notes.push({ id: 1, writer: other, body: `${MARKER} mine` }, { id: 2, writer: own, body: `> ${MARKER}` });
      assert.equal(await leaveComment(open(), MARKER, `${MARKER} new`), "created");
      assert.deepEqual(
        fake.notes.map(({ body }) => body),
        [`${MARKER} mine`, `> ${MARKER}`, `${MARKER} new`],
      );
    });

    it("says what a refused token needs, and not the token", async () => {
      await assert.rejects(leaveComment(open("wrong-token"), MARKER, MARKER), (error: Error) => {
        assert.match(error.message, /403 .*Forbidden.*the token needs/);
        assert.doesNotMatch(error.message, /wrong-token/);
        return true;
      });
    });

    it("is not tried without a token", () => {
      assert.equal(codeHost(env(url, "")), undefined);
      assert.deepEqual(fake.requests, []);
    });
  });
}

describe("codeHost", () => {
  it("names the variable that is missing", () => {
    const env = { GITHUB_TOKEN: "x", GITHUB_API_URL: "http://127.0.0.1:1", PULL_REQUEST: "5" };
    assert.throws(() => codeHost(env), /GITHUB_REPOSITORY is not set; run this in a job of a pull request/);
  });
});
