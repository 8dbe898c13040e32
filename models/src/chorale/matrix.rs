//! Matrix products on slices.

/// A view of a matrix in a slice: element (row, column) is at `row * row_stride + column * column_stride`.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// A row-major matrix whose rows start `stride` values apart.
    ///
    /// # Panics
    /// Where the slice is too short or the rows would overlap.
    pub fn strided(values: &'a [f32], rows: usize, columns: usize, stride: usize) -> Self {
        assert!(columns <= stride, "rows of {columns} values cannot start {stride} apart");
        assert!(rows == 0 || (rows - 1) * stride + columns <= values.len(), "the matrix exceeds its slice");
        Self { values, rows, columns, row_stride: stride, column_stride: 1 }
    }

    /// A row-major matrix without gaps.
    ///
    /// # Panics
    /// Where the slice is too short.
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        Self::strided(values, rows, columns, columns)
    }

    /// The transposed matrix: the same values, read the other way.
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// `out = keep * out + left * right`, where `out` is row-major and its rows start `stride` values
/// apart. Each element is summed in an order that depends on the inner side alone: the same row
/// gives the same bits among any other rows.
///
/// # Panics
/// Where the sides do not fit or `out` is too short.
pub fn product(left: Matrix<'_>, right: Matrix<'_>, keep: f32, out: &mut [f32], stride: usize) {
    assert_eq!(left.columns, right.rows, "the inner sides differ");
    let (rows, columns) = (left.rows, right.columns);
    assert!(columns <= stride, "rows of {columns} values cannot start {stride} apart");
    assert!(rows == 0 || (rows - 1) * stride + columns <= out.len(), "the product exceeds its slice");
    // SAFETY: every element that is read or written lies inside its slice: the constructors and the
    // lines above check the last one, and `out` is borrowed for writing alone.
    unsafe {
        matrixmultiply::sgemm(
            rows,
            left.columns,
            columns,
            1.0,
            left.values.as_ptr(),
            left.row_stride as isize,
            left.column_stride as isize,
            right.values.as_ptr(),
            right.row_stride as isize,
            right.column_stride as isize,
            keep,
            out.as_mut_ptr(),
            stride as isize,
            1,
        );
    }
}
