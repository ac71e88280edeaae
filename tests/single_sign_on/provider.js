// An identity provider for the tests: npm's oidc-provider, with people who are whoever the tests say they are.
import Provider from 'oidc-provider';

const { PORT, ISSUER, KEYS, CONSOLE, BACK_CHANNEL } = process.env;

let account = 'nobody';
const people = new Map();

const provider = new Provider(ISSUER, {
  jwks: JSON.parse(KEYS),
  clients: [
    {
      client_id: 'console',
      client_secret: 'a secret: with % and :',
      redirect_uris: [`${CONSOLE}/accounts/single-sign-on/return/`],
      backchannel_logout_uri: BACK_CHANNEL,
      backchannel_logout_session_required: true,
    },
  ],
  claims: { openid: ['sub'], profile: ['preferred_username', 'name'], groups: ['groups'] },
  cookies: { keys: ['for tests alone'] },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      async logoutSource(ctx, form) {
        ctx.body = form;
      },
    },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  // Its own dispatcher refuses what is on loopback.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  pkce: { required: () => true },
  async findAccount(ctx, id) {
    return { accountId: id, claims: async () => ({ sub: id, ...people.get(id) }) };
  },
});

async function sayWho(ctx) {
  let body = '';
  for await (const part of ctx.req) body += part;
  const said = JSON.parse(body);
  account = said.account;
  people.set(account, said.claims);
  ctx.body = 'ok';
}

// Nobody is asked anything: whoever is there now signs in, and agrees.
async function interact(ctx) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
  if (account === null) {
    return provider.interactionFinished(ctx.req, ctx.res, { error: 'access_denied' });
  }
  if (prompt.name === 'login') {
    return provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: account } });
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  return provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await grant.save() } });
}

provider.use(async (ctx, next) => {
  if (ctx.path === '/who') await sayWho(ctx);
  else if (ctx.path.startsWith('/interaction/')) {
    ctx.respond = false;
    await interact(ctx);
  } else await next();
});

provider.on('backchannel.error', (ctx, error) => console.error('back channel:', error));
provider.on('server_error', (ctx, error) => console.error(error));
provider.listen(Number(PORT), '127.0.0.1');
