/* The two NiiVue canvases: three planes, and a rendering that follows them. */

const WINDOWS_HU = { lung: [-1350, 150], mediastinum: [-160, 240], bone: [-500, 1300] };
const DT_RGBA32 = 2304;
const RENDER_HU = [130, 650];

const CROSSHAIR_PERCENT = 0.25;

const COMMON_OPTIONS = {
  isRadiologicalConvention: true,
  isOrientationTextVisible: true,
  isColorbar: false,
  showLegend: false,
  dragAndDropEnabled: false,
  loadingText: "",
  logLevel: "error",
  crosshairColor: [0.42, 0.71, 1, 0.85],
  crosshairGap: 12,
  crosshairWidth: CROSSHAIR_PERCENT,
  crosshairWidthUnit: "percent",
};

/** Decode the embedded volumes and show them: {planes, render, layers}. */
async function openViewer(data, canvases) {
  const planes = new niivue.Niivue({
    ...COMMON_OPTIONS, showAllOrientationMarkers: true, sagittalNoseLeft: true,
    fontColor: [1, 0.8, 0.2, 1], fontMinPx: 17, backColor: [0, 0, 0, 1],
  });
  await planes.attachToCanvas(canvases.planes);
  const ct = await decode(data.layers[0].id);
  const layers = [];
  for (const { id, max_label: maxLabel } of data.layers.slice(1)) {
    const { img: labels, hdr } = await decode(id);
    layers.push({ labels, maxLabel, edges: edgesOf(labels, hdr.dims.slice(1, 4)) });
  }
  show(planes, ct, WINDOWS_HU.lung);
  planes.setCustomLayout([
    { sliceType: planes.sliceTypeAxial, position: [0, 0, 0.5, 0.5] },
    { sliceType: planes.sliceTypeCoronal, position: [0.5, 0, 0.5, 0.5] },
    { sliceType: planes.sliceTypeSagittal, position: [0, 0.5, 0.5, 0.5] },
  ]);
  const render = new niivue.Niivue({
    ...COMMON_OPTIONS, backColor: [0.02, 0.03, 0.045, 1], show3Dcrosshair: true,
    isOrientationTextVisible: false, isOrientCube: true,
  });
  await render.attachToCanvas(canvases.render);
  show(render, withOwnSettings(ct), RENDER_HU);
  render.setSliceType(render.sliceTypeRender);
  render.setRenderAzimuthElevation(160, 10);
  planes.broadcastTo([render], { "2d": true, "3d": false, clipPlane: false });
  return { planes, render, layers };
}

/** A NIfTI embedded in the page as base64 text. */
async function decode(id) {
  const base64 = document.getElementById(id).textContent;
  return niivue.NVImage.loadFromBase64({ base64, name: `${id}.nii.gz` });
}

/** The same voxels with settings of their own. */
function withOwnSettings(image) {
  return Object.assign(Object.create(Object.getPrototypeOf(image)), image);
}

/** A clear RGBA image on the grid of another one. */
function clearLike(image) {
  const clear = withOwnSettings(image);
  clear.id = `${image.id}-overlay`;
  clear.hdr = Object.assign(Object.create(Object.getPrototypeOf(image.hdr)), image.hdr);
  clear.hdr.datatypeCode = DT_RGBA32;
  clear.hdr.numBitsPerVoxel = 32;
  clear.img = new Uint8Array(4 * image.img.length);
  return clear;
}

function show(nv, ct, [low, high]) {
  ct.cal_min = low;
  ct.cal_max = high;
  nv.addVolume(ct);
  nv.addVolume(clearLike(ct));
}

function setWindow(viewer, name) {
  [viewer.planes.volumes[0].cal_min, viewer.planes.volumes[0].cal_max] = WINDOWS_HU[name];
  viewer.planes.updateGLVolume();
}

/** Paint the structures on both canvases from the page's state. */
function paint(viewer, structures, state) {
  const strength = planeAlpha(state.strength);
  for (const [nv, alphaOf] of [[viewer.planes, strength], [viewer.render, renderAlpha]]) {
    paintVoxels(nv.volumes[1].img, viewer.layers, structures, state, alphaOf);
    // NiiVue makes a new overlay texture each time and leaves the old one to chance.
    nv.gl.deleteTexture(nv.overlayTexture);
    nv.refreshLayers(nv.volumes[1], 1);
    nv.drawScene();
  }
}

/** Bring the crosshair to a place in RAS+ mm. */
function goTo(viewer, focus) {
  viewer.planes.scene.crosshairPos = viewer.planes.mm2frac(focus);
  viewer.planes.createOnLocationChange();
  viewer.planes.drawScene();
}

/** Where the crosshair is, in RAS+ mm. */
function crosshairMm(viewer) {
  return Array.from(viewer.planes.frac2mm(viewer.planes.scene.crosshairPos)).slice(0, 3);
}
