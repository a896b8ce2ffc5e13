/* Which voxels are shown, in which colour and how strongly: functions of the page's state. */

const PASSES = ["organ", "site", "finding", "lit"];

/** 1 where a voxel's label differs from that of one of its six neighbours, or at the grid's end. */
function edgesOf(labels, [nx, ny, nz]) {
  const edges = new Uint8Array(labels.length);
  const slice = nx * ny;
  for (let k = 0, v = 0; k < nz; k += 1) {
    for (let j = 0; j < ny; j += 1) {
      for (let i = 0; i < nx; i += 1, v += 1) {
        const label = labels[v];
        if (label === 0) continue;
        const inside = i > 0 && i < nx - 1 && j > 0 && j < ny - 1 && k > 0 && k < nz - 1;
        edges[v] = Number(!inside
          || labels[v - 1] !== label || labels[v + 1] !== label
          || labels[v - nx] !== label || labels[v + nx] !== label
          || labels[v - slice] !== label || labels[v + slice] !== label);
      }
    }
  }
  return edges;
}

/** Paint RGBA voxels: organs, then places, then findings, then whatever is lit, each over the last. */
function paintVoxels(rgba, layers, structures, state, alphaOf) {
  const out = new Uint32Array(rgba.buffer);
  out.fill(0);
  for (const pass of PASSES) {
    layers.forEach((layer, n) => {
      const colors = colorTables(n, layer.maxLabel, structures, state, pass, alphaOf);
      if (colors === null) return;
      const { labels, edges } = layer;
      for (let v = 0; v < labels.length; v += 1) {
        if (labels[v] === 0) continue;
        const color = (edges[v] ? colors.edge : colors.inner)[labels[v]];
        if (color !== 0) out[v] = color;
      }
    });
  }
}

/** Packed colours by label for one layer and pass, {inner, edge}; null when nothing is shown. */
function colorTables(layer, maxLabel, structures, state, pass, alphaOf) {
  const owners = ownersByLabel(layer, structures, state, pass);
  if (owners.size === 0) return null;
  const inner = new Uint32Array(maxLabel + 1);
  const edge = new Uint32Array(maxLabel + 1);
  for (const [label, { group, color }] of owners) {
    const alpha = alphaOf(group, pass === "lit", state.lit.size > 0);
    inner[label] = packed(color, alpha.inner);
    edge[label] = packed(color, alpha.edge);
  }
  return { inner, edge };
}

/** For each label the structure of this pass that colours it: the one of fewest parts. */
function ownersByLabel(layer, structures, state, pass) {
  const owners = new Map();
  for (const [key, structure] of Object.entries(structures)) {
    const lit = state.lit.has(key);
    const due = pass === "lit" ? lit : structure.group === pass && state.on.has(key) && !lit;
    if (!due) continue;
    for (const [at, label] of structure.parts) {
      const held = owners.get(label);
      if (at === layer && (!held || structure.parts.length < held.parts.length)) {
        owners.set(label, structure);
      }
    }
  }
  return owners;
}

function packed([red, green, blue], alpha) {
  return ((Math.round(255 * Math.min(1, alpha)) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** Opacity in a plane: a clear border and a veil inside, so that the voxels below stay readable. */
function planeAlpha(strength) {
  const base = { organ: [0.16, 0.7], site: [0.3, 0.9], finding: [0.6, 1.8] };
  const shine = { organ: [0.7, 1.6], site: [0.6, 1.6], finding: [1.0, 1.9] };
  return (group, lit, dimmed) => {
    const [inner, edge] = lit ? shine[group] : base[group];
    const factor = strength * (dimmed && !lit ? 0.25 : 1);
    return { inner: inner * factor, edge: edge * factor };
  };
}

/** Opacity in the rendering: organs as a veil, findings solid. */
function renderAlpha(group, lit, dimmed) {
  const base = { finding: 1, site: 0.06, organ: 0.015 }[group];
  const shine = { finding: 1, site: 0.2, organ: 0.08 }[group];
  const alpha = lit ? shine : base * (dimmed ? 0.4 : 1);
  return { inner: alpha, edge: alpha };
}
