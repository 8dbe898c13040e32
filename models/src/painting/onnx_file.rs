//! Finding the tensors in an ONNX file, a Protocol Buffers message (onnx.proto3).
//!
//! The executor's own reader takes memory for whatever length a file claims, and the program is
//! ended when there is not that much. This one takes none: tensors are borrowed from the file.

/// A tensor in a file, as it stands there.
#[derive(Debug)]
pub(super) struct FileTensor<'a> {
    /// Its name, UTF-8 if the file is sound.
    pub name: &'a [u8],
    /// The length of each axis.
    pub dims: Vec<u64>,
    /// The type of its values, by the number in `TensorProto.DataType`.
    pub kind: u64,
    /// Its values, little-endian, row-major.
    pub raw: &'a [u8],
}

/// `TensorProto.DataType.FLOAT`.
pub(super) const FLOAT: u64 = 1;

/// Field numbers of onnx.proto3.
const MODEL_GRAPH: u64 = 7;
const GRAPH_INITIALIZER: u64 = 5;
const TENSOR_DIMS: u64 = 1;
const TENSOR_DATA_TYPE: u64 = 2;
const TENSOR_NAME: u64 = 8;
const TENSOR_RAW_DATA: u64 = 9;

/// The most axes of a tensor that are read.
const MOST_AXES: usize = 8;

/// The weights stored in a model's graph, in the order of the file.
pub(super) fn tensors(file: &[u8]) -> Result<Vec<FileTensor<'_>>, String> {
    let mut tensors = Vec::new();
    for model_field in Fields(file) {
        let (MODEL_GRAPH, Value::Bytes(graph)) = model_field? else {
            continue;
        };
        for graph_field in Fields(graph) {
            if let (GRAPH_INITIALIZER, Value::Bytes(tensor)) = graph_field? {
                tensors.push(self::tensor(tensor)?);
            }
        }
    }
    Ok(tensors)
}

fn tensor(message: &[u8]) -> Result<FileTensor<'_>, String> {
    let mut tensor = FileTensor { name: &[], dims: Vec::new(), kind: 0, raw: &[] };
    for field in Fields(message) {
        match field? {
            (TENSOR_DIMS, Value::Number(side)) => tensor.dims.push(side),
            (TENSOR_DIMS, Value::Bytes(mut packed)) => {
                while !packed.is_empty() && tensor.dims.len() <= MOST_AXES {
                    tensor.dims.push(number(&mut packed)?);
                }
            }
            (TENSOR_DATA_TYPE, Value::Number(kind)) => tensor.kind = kind,
            (TENSOR_NAME, Value::Bytes(name)) => tensor.name = name,
            (TENSOR_RAW_DATA, Value::Bytes(raw)) => tensor.raw = raw,
            _ => {}
        }
        if tensor.dims.len() > MOST_AXES {
            return Err(format!("a tensor has more than {MOST_AXES} axes"));
        }
    }
    Ok(tensor)
}

/// What a field of a message holds.
#[derive(Debug, PartialEq)]
enum Value<'a> {
    /// A number of variable length.
    Number(u64),
    /// A string, a block of bytes or a message.
    Bytes(&'a [u8]),
    /// Four or eight bytes, which nothing here needs.
    Fixed,
}

/// The fields of a message with their numbers; ends after the first error.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = field(&mut self.0);
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

fn field<'a>(rest: &mut &'a [u8]) -> Result<(u64, Value<'a>), String> {
    let tag = number(rest)?;
    let value = match tag & 7 {
        0 => Value::Number(number(rest)?),
        1 => block(rest, 8).map(|_| Value::Fixed)?,
        2 => {
            let length = number(rest)?;
            Value::Bytes(block(rest, length)?)
        }
        5 => block(rest, 4).map(|_| Value::Fixed)?,
        wire => return Err(format!("a field of the unknown wire type {wire}")),
    };
    Ok((tag >> 3, value))
}

/// Takes a base-128 number of up to ten bytes, the lowest seven bits first.
fn number(rest: &mut &[u8]) -> Result<u64, String> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or("it ends in the middle of a number")?;
        *rest = after;
        value |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Ok(value);
        }
    }
    Err("a number of more than ten bytes".to_owned())
}

fn block<'a>(rest: &mut &'a [u8], length: u64) -> Result<&'a [u8], String> {
    let taken = usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length));
    let (block, after) =
        taken.ok_or_else(|| format!("a block of {length} bytes where {} are left", rest.len()))?;
    *rest = after;
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_every_wire_type_are_read() {
        let message = [0x08, 0x96, 0x01, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x1A, 2, 9, 9, 0x25, 1, 2, 3, 4];
        let fields: Vec<_> = Fields(&message).collect::<Result<_, _>>().unwrap();
        let expected =
            [(1, Value::Number(150)), (2, Value::Fixed), (3, Value::Bytes(&[9, 9])), (4, Value::Fixed)];
        assert_eq!(fields, expected);
    }

    #[test]
    fn damage_is_an_error_and_ends_the_reading() {
        for message in [&[0x0A, 5, 1][..], &[0x08, 0x80], &[0x0B], &[0x08; 1], &[0x11, 1], &[0xFF; 12]] {
            let fields: Vec<_> = Fields(message).collect();
            assert!(matches!(fields[..], [Err(_)]), "{fields:?}");
        }
    }

    #[test]
    fn axes_are_read_packed_and_unpacked() {
        assert_eq!(tensor(&[0x08, 3, 0x08, 4]).unwrap().dims, [3, 4]);
        assert_eq!(tensor(&[0x0A, 3, 3, 0x81, 1]).unwrap().dims, [3, 129]);
        assert!(tensor(&[0x08, 1].repeat(9)).is_err());
    }
}
