import { DIGITS, LOWER, UPPER } from '../ascii.ts';
import { leads } from '../sieve.ts';

/** Tokens by the form that their issuers document. */
const FORMS: readonly string[] = [
  '(?:AKIA|ASIA)[A-Z0-9]{16}', // AWS, IAM identifiers, unique ID prefixes
  'gh[pousr]_[A-Za-z0-9]{36,251}', // GitHub, about authentication to GitHub
  'github_pat_[A-Za-z0-9_]{22,251}',
  'glpat-[A-Za-z0-9_-]{20,}', // GitLab, token overview
  'xox[abeoprs]-[A-Za-z0-9-]{10,}', // Slack, token types
  '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}', // Stripe, API keys
  'AIza[A-Za-z0-9_-]{35}', // Google, API keys
  'SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}', // SendGrid
  'npm_[A-Za-z0-9]{36}', // npm, access tokens
  'whsec_[A-Za-z0-9]{24,}', // Stripe, webhooks
  'GOCSPX-[A-Za-z0-9_-]{28}', // Google, OAuth client secrets
  'hf_[A-Za-z0-9]{34,}', // Hugging Face, user access tokens
  'sk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}', // Anthropic and OpenAI, API keys
  'dop_v1_[a-f0-9]{64}', // DigitalOcean, personal access tokens
  'dckr_pat_[A-Za-z0-9_-]{27,}', // Docker, access tokens
  'pypi-[A-Za-z0-9_-]{60,}', // PyPI, API tokens
  'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}', // Shopify, access tokens
  'hvs\\.[A-Za-z0-9_-]{24,}', // HashiCorp Vault, service tokens
  'sq0(?:atp|csp)-[A-Za-z0-9_-]{22,}', // Square, access tokens
  'eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*', // JWT, RFC 7519 with RFC 7515 7.1
];

/** How a token looks, what it may consist of and what it may begin with. */
export const tokens: { readonly form: RegExp; readonly characters: Uint8Array; readonly leads: Uint8Array } =
  {
    form: new RegExp(`^(?:${FORMS.join('|')})$`),
    characters: leads(`${UPPER}${LOWER}${DIGITS}_.-`),
    leads: leads('AgxsreSnwGhdp-'),
  };

const NAME =
  /(?:^|_)(?:password|passwd|passphrase|pwd|secret|secret_?key|client_?secret|api_?key|access_?key|private_?key|signing_?key|account_?key|shared_?key|access_?token|refresh_?token|auth_?token|bearer)$/;

/** True if a value under this name is held to be a secret. */
export function namesCredential(name: string): boolean {
  return NAME.test(
    name
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .replace(/[.-]/g, '_')
      .toLowerCase(),
  );
}

/** Words of the HTTP header field Authorization that its credentials stand behind. */
export const schemes: RegExp = /^(?:basic|bearer|token|apikey|negotiate|digest)$/i;
