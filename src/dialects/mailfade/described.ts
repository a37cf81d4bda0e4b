// What the document says of several routes.

export const always = {
  401: ['missing_or_invalid_key'],
  402: ['key_inactive'],
  404: ['not_found'],
  429: ['free_tier_quota_exhausted', 'quota_exhausted'],
  500: ['internal_error'],
  503: ['service_unavailable'],
} as const
export const maybeKeyed = { ...always, 401: ['missing_or_invalid_key', 'key_required'] } as const
export const security = [{}, { bearer: [] }]
