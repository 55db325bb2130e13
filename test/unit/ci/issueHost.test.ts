import assert from "node:assert/strict";
import { issueHost, keepIssue } from "../../../ci/issueHost";
import { JsonServer, type Payload, type Request } from "../support/ci/jsonServer";

const MARKER = "<!-- mark -->";
const BOT = "github-actions[bot]";
const OWN_ID = 7;

interface Issue {
  readonly number: number;
  readonly writer: string | number;
  title: string;
  body: string;
  isOpen: boolean;
  readonly isPullRequest?: boolean;
}

/** The issues of GitHub or GitLab as their documentation describes them; any other request is refused. */
class FakeIssues {
  readonly issues: Issue[] = [];
  readonly server = new JsonServer((request) => this.answer(request));

  constructor(private readonly kind: "github" | "gitlab") {}

  private answer({ method, url: { pathname, searchParams: query }, token, payload }: Request): unknown {
    const gitHub = this.kind === "github";
    if (token !== (gitHub ? "Bearer right" : "right")) return undefined;
    if (!gitHub && pathname === "/user") return { id: OWN_ID };
    const all = gitHub ? "/repos/o/r/issues" : "/projects/3/issues";
    if (method === "GET" && pathname === all) {
      const [writer, state] = gitHub ? [query.get("creator"), "open"] : [Number(query.get("author_id")), "opened"];
      if (query.get("state") !== state) return undefined;
      const [page, size] = [Number(query.get("page")), Number(query.get("per_page"))];
      const found = this.issues.filter((each) => each.isOpen && each.writer === writer);
      return found.slice((page - 1) * size, page * size).map((each) => this.shown(each));
    }
    if (method === "POST" && pathname === all) {
      const writer = gitHub ? BOT : OWN_ID;
      const made = { number: this.issues.length + 1, writer, title: "", body: "", isOpen: true };
      this.issues.push(made);
      return this.changed(made, payload);
    }
    const one = this.issues.find(({ number }) => pathname === `${all}/${String(number)}`);
    return one === undefined || method !== (gitHub ? "PATCH" : "PUT") ? undefined : this.changed(one, payload);
  }

  private changed(issue: Issue, { title, body, description, state, state_event: event }: Payload): object {
    issue.title = title ?? issue.title;
    issue.body = (this.kind === "github" ? body : description) ?? issue.body;
    if (state === "closed" || event === "close") issue.isOpen = false;
    return this.shown(issue);
  }

  private shown({ number, body, isPullRequest }: Issue): object {
    if (this.kind === "gitlab") return { iid: number, description: body };
    return { number, body, ...(isPullRequest === true ? { pull_request: { url: "x" } } : {}) };
  }
}

const HOSTS = [
  {
    kind: "github",
    own: BOT,
    other: "mallory",
    env: (url: string, token: string) => ({ GITHUB_API_URL: url, GITHUB_REPOSITORY: "o/r", GITHUB_TOKEN: token }),
  },
  {
    kind: "gitlab",
    own: OWN_ID,
    other: 8,
    env: (url: string, token: string) => ({
      ...{ GITLAB_CI: "true", CI_API_V4_URL: url, CI_PROJECT_ID: "3", GITLAB_TOKEN: token },
    }),
  },
] as const;

for (const { kind, own, other, env } of HOSTS) {
  describe(`the issue on ${kind}`, () => {
    let fake: FakeIssues;
    let url = "";
    const keep = (body?: string, token = "right") =>
      keepIssue(issueHost(env(url, token)), MARKER, body === undefined ? undefined : { title: "Drift", body });
    const shown = () => fake.issues.map(({ body, isOpen }) => `${isOpen ? "open" : "closed"} ${body}`);

    beforeEach(async () => {
      fake = new FakeIssues(kind);
      url = await fake.server.listen();
    });
    afterEach(() => fake.server.close());

    it("opens, is brought up to date, closes, and opens again", async () => {
      assert.equal(await keep(), "none");
      assert.equal(await keep(`${MARKER} one`), "opened");
      assert.equal(await keep(`${MARKER} two`), "updated");
      assert.equal(await keep(), "closed");
      assert.equal(await keep(), "none");
      assert.equal(await keep(`${MARKER} three`), "opened");
      assert.deepEqual(shown(), [`closed ${MARKER} two`, `open ${MARKER} three`]);
      assert.ok(fake.issues.every(({ title }) => title === "Drift"));
    });

    it("leaves alone what others wrote, and what only quotes the marker", async () => {
      const issue = { title: "", isOpen: true };
      fake.issues.push(
        { ...issue, number: 1, writer: other, body: `${MARKER} mine` },
        { ...issue, number: 2, writer: own, body: `> ${MARKER}` },
        ...(kind === "github"
          ? [{ ...issue, number: 3, writer: own, body: `${MARKER} of a pull request`, isPullRequest: true }]
          : []),
      );
      const before = shown();
      assert.equal(await keep(), "none");
      assert.deepEqual(shown(), before);
    });

    it("is one, and is found on a later page", async () => {
      for (let number = 1; number <= 250; number++) {
        const body = number === 120 || number === 230 ? `${MARKER} old` : "talk";
        fake.issues.push({ number, writer: own, title: "", body, isOpen: true });
      }
      assert.equal(await keep(`${MARKER} new`), "updated");
      const ours = fake.issues.filter(({ body, isOpen }) => isOpen && body.startsWith(MARKER));
      assert.deepEqual(
        ours.map(({ body }) => body),
        [`${MARKER} new`],
      );
    });

    it("says what a refused token needs, and not the token", async () => {
      await assert.rejects(keep(MARKER, "wrong-token"), (error: Error) => {
        assert.match(error.message, /403 .*Forbidden.*the token needs/);
        assert.doesNotMatch(error.message, /wrong-token/);
        return true;
      });
      assert.throws(() => issueHost(env(url, "")), /TOKEN is not set; run this in a job that may write issues/);
    });
  });
}
