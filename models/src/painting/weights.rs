//! Reading the network's tensors out of the published ONNX file.
//!
//! Only the file's named tensors are used, each checked against [`LAYERS`]; its own node list is
//! not run. So nothing in a damaged file can ask the executor for memory or work: the graph
//! is always the one that [`super::graph`] builds, at sizes known here.

use super::PaintingError;
use super::onnx_file::{self, FLOAT, FileTensor};

/// The longest file that is looked at, in bytes. The published one has 751,171.
const MOST_FILE_BYTES: usize = 16 << 20;

/// The most styles that a file may hold. The published one holds 26.
const MOST_STYLES: usize = 256;

/// How a layer changes the size of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// Stays.
    Keep,
    /// Halves, by a stride of two.
    Half,
    /// Doubles: each pixel is repeated twice in both directions, then convolved.
    Double,
}

/// One convolution with reflection padding, followed by conditional instance normalisation.
#[derive(Debug, Clone, Copy)]
pub(super) struct LayerSpec {
    /// The beginning of its tensors' names in the file.
    pub name: &'static str,
    /// The side of the square kernel in pixels.
    pub kernel: usize,
    /// What happens to the size.
    pub scale: Scale,
    /// Channels coming in.
    pub inputs: usize,
    /// Channels going out.
    pub outputs: usize,
}

/// The published network: the style transfer network of Dumoulin, Shlens and Kudlur (2017), with
/// fewer channels (32 where the paper goes up to 128) and one more residual block.
/// The twelve middle layers form six residual blocks of two.
pub(super) const LAYERS: [LayerSpec; 18] = [
    layer("contract.0", 9, Scale::Keep, 3, 32),
    layer("contract.1", 3, Scale::Half, 32, 32),
    layer("contract.2", 3, Scale::Half, 32, 32),
    layer("res.0.0", 3, Scale::Keep, 32, 32),
    layer("res.0.1", 3, Scale::Keep, 32, 32),
    layer("res.1.0", 3, Scale::Keep, 32, 32),
    layer("res.1.1", 3, Scale::Keep, 32, 32),
    layer("res.2.0", 3, Scale::Keep, 32, 32),
    layer("res.2.1", 3, Scale::Keep, 32, 32),
    layer("res.3.0", 3, Scale::Keep, 32, 32),
    layer("res.3.1", 3, Scale::Keep, 32, 32),
    layer("res.4.0", 3, Scale::Keep, 32, 32),
    layer("res.4.1", 3, Scale::Keep, 32, 32),
    layer("res.5.0", 3, Scale::Keep, 32, 32),
    layer("res.5.1", 3, Scale::Keep, 32, 32),
    layer("expand.0", 3, Scale::Double, 32, 8),
    layer("expand.1", 3, Scale::Double, 8, 4),
    layer("expand.2", 9, Scale::Keep, 4, 3),
];

const fn layer(name: &'static str, kernel: usize, scale: Scale, inputs: usize, outputs: usize) -> LayerSpec {
    LayerSpec { name, kernel, scale, inputs, outputs }
}

/// The tensors of one layer, row-major.
#[derive(Debug)]
pub(super) struct LayerWeights {
    /// The kernel, `[outputs, inputs, kernel, kernel]`.
    pub kernel: Vec<f32>,
    /// The scale after normalisation, `[styles, outputs]`.
    pub gamma: Vec<f32>,
    /// The shift after normalisation, `[styles, outputs]`.
    pub beta: Vec<f32>,
}

/// The tensors of all layers, in the order of [`LAYERS`].
#[derive(Debug)]
pub(super) struct Weights {
    /// How many styles the file holds.
    pub styles: usize,
    /// The tensors of each layer.
    pub layers: Vec<LayerWeights>,
}

impl Weights {
    /// Reads and checks the tensors of an ONNX file.
    pub(super) fn from_onnx(bytes: &[u8]) -> Result<Self, PaintingError> {
        if bytes.len() > MOST_FILE_BYTES {
            return Err(unreadable(format!("it has {} bytes, more than {MOST_FILE_BYTES}", bytes.len())));
        }
        let tensors = &onnx_file::tensors(bytes).map_err(unreadable)?;
        let styles = style_count(tensors)?;
        let layers = LAYERS
            .iter()
            .map(|spec| {
                let kernel_shape = [spec.outputs, spec.inputs, spec.kernel, spec.kernel];
                let style_shape = [styles, spec.outputs];
                Ok(LayerWeights {
                    kernel: values(tensors, &format!("{}.w", spec.name), &kernel_shape)?,
                    gamma: values(tensors, &format!("{}.norm.gamma", spec.name), &style_shape)?,
                    beta: values(tensors, &format!("{}.norm.beta", spec.name), &style_shape)?,
                })
            })
            .collect::<Result<_, PaintingError>>()?;
        Ok(Self { styles, layers })
    }
}

/// Reads the number of styles off the first layer; all others are then held to it.
fn style_count(tensors: &[FileTensor<'_>]) -> Result<usize, PaintingError> {
    let name = format!("{}.norm.gamma", LAYERS[0].name);
    let dims = &find(tensors, &name)?.dims;
    match dims.first().map(|&count| usize::try_from(count)) {
        Some(Ok(count)) if (1..=MOST_STYLES).contains(&count) => Ok(count),
        _ => Err(unfit(
            &name,
            format!("of 1 to {MOST_STYLES} styles by {} channels", LAYERS[0].outputs),
            format!("{dims:?}"),
        )),
    }
}

fn find<'a>(tensors: &'a [FileTensor<'a>], name: &str) -> Result<&'a FileTensor<'a>, PaintingError> {
    tensors
        .iter()
        .find(|tensor| tensor.name == name.as_bytes())
        .ok_or_else(|| unfit(name, "present".to_owned(), "nothing by that name".to_owned()))
}

fn values(tensors: &[FileTensor<'_>], name: &str, shape: &[usize]) -> Result<Vec<f32>, PaintingError> {
    let tensor = find(tensors, name)?;
    let fits = tensor.dims.len() == shape.len()
        && tensor.dims.iter().zip(shape).all(|(&found, &wanted)| usize::try_from(found) == Ok(wanted));
    if !fits {
        return Err(unfit(name, format!("{shape:?}"), format!("{:?}", tensor.dims)));
    }
    if tensor.kind != FLOAT {
        return Err(unfit(name, "32-bit floats".to_owned(), format!("type {}", tensor.kind)));
    }
    let length = 4 * shape.iter().product::<usize>();
    if tensor.raw.len() != length {
        let found = format!("{} bytes", tensor.raw.len());
        return Err(unfit(name, format!("{length} bytes"), found));
    }
    let (chunks, _) = tensor.raw.as_chunks::<4>();
    let values: Vec<f32> = chunks.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(values),
        Some(place) => Err(unfit(name, "finite".to_owned(), format!("{} at {place}", values[place]))),
    }
}

fn unreadable(reason: String) -> PaintingError {
    PaintingError::WeightsUnreadable { reason }
}

fn unfit(tensor: &str, expected: String, found: String) -> PaintingError {
    PaintingError::WeightsUnfit { tensor: tensor.to_owned(), expected, found }
}
