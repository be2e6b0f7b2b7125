/** WebAssembly built from scripts/kernels/xxh64.as by `node scripts/xxh64.mjs`. */
export const XXH64_KERNEL: string = [
  'AGFzbQEAAAABBgFgAX8BfwIPAQNlbnYGbWVtb3J5AgAAAwIBAAcSAgV4eGg2NAAABm1lbW9yeQIACtUFAdIFAgJ/BH4gAEEgTwR+',
  'Qtbrgu7q/Yn14AAhA0LP1tO+0ser2UIhBEL56tDQ58mh5OEAIQUDQCABQSBqIgIgAE0EQCADIAEpAwBCz9bTvtLHq9lCfnxCH4lC',
  'h5Wvr5i23puef34hAyAEIAEpAwhCz9bTvtLHq9lCfnxCH4lCh5Wvr5i23puef34hBCAGIAEpAxBCz9bTvtLHq9lCfnxCH4lCh5Wv',
  'r5i23puef34hBiAFIAEpAxhCz9bTvtLHq9lCfnxCH4lCh5Wvr5i23puef34hBSACIQEMAQsLIANCAYkgBEIHiXwgBkIMiXwgBUIS',
  'iXwgA0LP1tO+0ser2UJ+Qh+JQoeVr6+Ytt6bnn9+hUKHla+vmLbem55/fkKdo7Xqg7GNivoAfSAEQs/W077Sx6vZQn5CH4lCh5Wv',
  'r5i23puef36FQoeVr6+Ytt6bnn9+Qp2jteqDsY2K+gB9IAZCz9bTvtLHq9lCfkIfiUKHla+vmLbem55/foVCh5Wvr5i23puef35C',
  'naO16oOxjYr6AH0gBULP1tO+0ser2UJ+Qh+JQoeVr6+Ytt6bnn9+hUKHla+vmLbem55/fkKdo7Xqg7GNivoAfQVCxc/ZsvHluuon',
  'CyAArXwhAwNAIAFBCGoiAiAATQRAIAMgASkDAELP1tO+0ser2UJ+Qh+JQoeVr6+Ytt6bnn9+hUIbiUKHla+vmLbem55/fkKdo7Xq',
  'g7GNivoAfSEDIAIhAQwBCwsgAUEEaiICIABNBEAgAyABNQIAQoeVr6+Ytt6bnn9+hUIXiULP1tO+0ser2UJ+Qvnz3fGZ9pmrFnwh',
  'AyACIQELA0AgACABSwRAIAMgATEAAELFz9my8eW66id+hUILiUKHla+vmLbem55/fiEDIAFBAWohAQwBCwsgAyADQiGIhULP1tO+',
  '0ser2UJ+IgMgA0IdiIVC+fPd8Zn2masWfiIDIANCIIiFpws=',
].join('');
