// A real identity provider for the tests, as a process of its own:
//   node providers.mjs saml|oidc PORT OPTIONS_AS_JSON
// SAML is samlp, as Auth0 uses it; OpenID Connect is oidc-provider, which is certified.
import { createServer, request as send } from "node:http";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";

const [kind, port, json] = process.argv.slice(2);
const options = JSON.parse(json);
const require = createRequire(new URL("../../messaging/web/package.json", import.meta.url));
const base = `http://127.0.0.1:${port}`;

/** Somebody by the name they typed in. */
function person(name) {
  return { id: `${name}-id`, email: `${name}@${options.domain}`, name: `${name} of ${options.domain}` };
}

async function bodyOf(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return Object.fromEntries(new URLSearchParams(text));
}

/** What a server of ours answers; names that end in .localhost are this machine, as in a browser. */
function reach(url, { method = "GET", headers = {}, body } = {}) {
  const { hostname, host, port, pathname, search } = new URL(url);
  const at = hostname.endsWith(".localhost") ? "127.0.0.1" : hostname;
  const text = body === undefined ? "" : String(body);
  return new Promise((resolve, reject) => {
    const sent = send(
      {
        host: at,
        port,
        method,
        path: pathname + search,
        headers: { ...Object.fromEntries(new Headers(headers)), host, "content-length": Buffer.byteLength(text) },
      },
      (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => {
          const { statusCode: status } = answer;
          const content = status === 204 ? null : Buffer.concat(parts);
          resolve(new Response(content, { status }));
        });
      },
    );
    sent.on("error", reject);
    sent.end(text);
  });
}

function escaped(text) {
  return String(text).replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}

/** Who is signed in where, by what the service provider says of itself in its metadata. */
async function participant(entityId, user) {
  const metadata = await (await reach(entityId)).text();
  const certificate = /<ds:X509Certificate>([^<]+)</.exec(metadata)[1];
  return {
    serviceProviderId: entityId,
    serviceProviderLogoutURL: /<md:SingleLogoutService [^>]*Location="([^"]+)"/.exec(metadata)[1],
    nameId: user.id,
    sessionIndex: `s-${user.id}`,
    cert: certificate,
  };
}

/** What samlp keeps between two messages of one sign-out. */
function memory() {
  const kept = new Map();
  return {
    save(_request, state, done) {
      const handle = randomUUID();
      kept.set(handle, state);
      done(null, handle);
    },
    update(_request, handle, state, done) {
      kept.set(handle, state);
      done(null, handle);
    },
    load(_request, handle, given, last) {
      const [how, done] = last ? [given, last] : [{}, given];
      const found = kept.get(handle);
      if (how.destroy) kept.delete(handle);
      done(null, found);
    },
  };
}

function saml() {
  const samlp = require("samlp");
  const signedIn = [];
  const store = memory();
  const SessionParticipants = require("samlp/lib/sessionParticipants");

  function mapper(user) {
    return {
      getClaims: () => ({ email: user.email, displayName: user.name, groups: options.groups ?? [] }),
      getNameIdentifier: () => ({ nameIdentifier: user.id }),
    };
  }

  const config = {
    issuer: `${base}/metadata`,
    key: options.key,
    cert: options.certificate,
    signatureAlgorithm: "rsa-sha256",
    digestAlgorithm: "sha256",
    signResponse: options.sign_response ?? false,
    encryptionCert: options.encrypt_for,
    encryptionPublicKey: options.encrypt_key,
    encryptionAlgorithm: "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    includeAttributeNameFormat: true,
    profileMapper: mapper,
  };

  createServer(async (request, response) => {
    const url = new URL(request.url, base);
    request.query = Object.fromEntries(url.searchParams);
    request.body = request.method === "POST" ? await bodyOf(request) : {};
    request.originalUrl = request.url;
    request.protocol = "http";
    response.set = (name, value) => response.setHeader(name, value);
    response.send = (body) => response.end(typeof body === "number" ? `status: ${body}` : body);
    response.redirect = (to) => response.writeHead(302, { Location: to }).end();
    const failed = (error) => {
      response.statusCode = 500;
      response.end(String(error?.stack ?? error));
    };
    response.setHeader("Content-Type", "text/html");
    if (url.pathname.startsWith("/metadata")) {
      request.originalUrl = "/FederationMetadata/2007-06/FederationMetadata.xml";
      samlp.metadata({
        issuer: config.issuer,
        cert: config.cert,
        redirectEndpointPath: "/sso",
        postEndpointPath: "/sso",
        logoutEndpointPaths: { redirect: "/slo" },
      })(request, response);
    } else if (url.pathname === "/sso" && !request.body.name && !request.query.name) {
      const kept = Object.entries(request.query)
        .map(([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`)
        .join("");
      response.end(
        `<title>Provider</title><form action="/sso">${kept}<label>Name <input name="name"></label><button>Sign in</button></form>`,
      );
    } else if (url.pathname === "/sso") {
      const user = person(request.query.name);
      samlp.parseRequest(request, async (error, asked) => {
        if (error) return failed(error);
        const service = await participant(asked.issuer, user);
        signedIn.push(service);
        samlp.auth({
          ...config,
          sessionIndex: service.sessionIndex,
          recipient: asked.assertionConsumerServiceURL,
          destination: asked.assertionConsumerServiceURL,
          getUserFromRequest: () => user,
          getPostURL: (_audience, _dom, _request, done) => done(null, asked.assertionConsumerServiceURL),
        })(request, response, failed);
      });
    } else if (url.pathname === "/slo") {
      samlp.logout({
        ...config,
        store,
        sessionParticipants: new SessionParticipants(signedIn),
        protocolBinding: options.logout_binding ?? "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
        deflate: true,
      })(request, response, failed);
    } else if (url.pathname === "/signed-in") {
      response.end(`${signedIn.length}`);
    } else {
      response.statusCode = 404;
      response.end("nothing here");
    }
  }).listen(Number(port), "127.0.0.1");
}

async function oidc() {
  const { default: Provider } = await import(
    new URL("../../messaging/web/node_modules/oidc-provider/lib/index.js", import.meta.url)
  );
  const provider = new Provider(base, {
    clients: [
      {
        client_id: options.client_id,
        client_secret: options.client_secret,
        redirect_uris: options.redirect_uris,
        post_logout_redirect_uris: options.post_logout_redirect_uris ?? [],
        ...(options.backchannel_logout_uri && {
          backchannel_logout_uri: options.backchannel_logout_uri,
          backchannel_logout_session_required: true,
        }),
      },
    ],
    features: { backchannelLogout: { enabled: true } },
    fetch: reach,
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
    cookies: { keys: ["for tests only"] },
    async findAccount(_context, id) {
      const user = person(id);
      return {
        accountId: id,
        claims: () => ({ sub: id, email: user.email, email_verified: true, name: user.name, groups: options.groups }),
      };
    },
  });
  provider.listen(Number(port), "127.0.0.1");
}

await (kind === "saml" ? saml() : oidc());
