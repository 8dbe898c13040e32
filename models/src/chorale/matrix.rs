//! Matrix products on slices.

use std::cell::RefCell;

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

    /// The same matrix with contiguous columns, copied into `copy`. Its rows are contiguous.
    fn by_columns(self, copy: &mut Vec<f32>) -> Matrix<'_> {
        turn_over(self, copy);
        Matrix {
            values: copy,
            rows: self.rows,
            columns: self.columns,
            row_stride: 1,
            column_stride: self.rows.max(1),
        }
    }
}

/// The side of the squares in which a matrix is turned over.
const SQUARE: usize = 16;

/// Copies a matrix whose rows are contiguous so that its columns are: element (row, column) goes to
/// `column * rows + row`.
fn turn_over(matrix: Matrix<'_>, into: &mut Vec<f32>) {
    let (rows, columns, stride) = (matrix.rows, matrix.columns, matrix.row_stride);
    into.resize(rows * columns, 0.0);
    for top in (0..rows).step_by(SQUARE) {
        for left in (0..columns).step_by(SQUARE) {
            let (height, width) = (SQUARE.min(rows - top), SQUARE.min(columns - left));
            let from = &matrix.values[top * stride + left..];
            let to = &mut into[left * rows + top..];
            if height < SQUARE || width < SQUARE {
                for column in 0..width {
                    for row in 0..height {
                        to[column * rows + row] = from[row * stride + column];
                    }
                }
            } else {
                let square: [[f32; SQUARE]; SQUARE] = std::array::from_fn(|row| {
                    let from = &from[row * stride..][..SQUARE];
                    std::array::from_fn(|column| from[column])
                });
                for column in 0..SQUARE {
                    let line: [f32; SQUARE] = std::array::from_fn(|row| square[row][column]);
                    to[column * rows..][..SQUARE].copy_from_slice(&line);
                }
            }
        }
    }
}

thread_local! {
    /// Copies of the left and the right side of a product.
    static TURNED: RefCell<[Vec<f32>; 2]> = const { RefCell::new([Vec::new(), Vec::new()]) };
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
    // The product reads the left side by columns and the right side by rows. Where these are not contiguous it is
    // several times faster to copy the side first.
    TURNED.with_borrow_mut(|[turned_left, turned_right]| {
        let left = if left.row_stride == 1 { left } else { left.by_columns(turned_left) };
        let right = if right.column_stride == 1 {
            right
        } else {
            right.transposed().by_columns(turned_right).transposed()
        };
        multiply(left, right, keep, out, stride);
    });
}

/// The product of sides that have been checked.
fn multiply(left: Matrix<'_>, right: Matrix<'_>, keep: f32, out: &mut [f32], stride: usize) {
    let (rows, columns) = (left.rows, right.columns);
    // SAFETY: every element that is read or written lies inside its slice: the constructors and `product` check the
    // last one, and `out` is borrowed for writing alone.
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

/// The sum of products of two rows whose length is a multiple of 8, in eight sums side by side.
pub fn dot(one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [0.0; 8];
    for (one, other) in one.as_chunks::<8>().0.iter().zip(other.as_chunks::<8>().0) {
        for ((sum, one), other) in sums.iter_mut().zip(one).zip(other) {
            *sum += one * other;
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    #[test]
    fn products_of_all_layouts_are_those_of_the_definition() {
        let mut random = Random::at(1, [0, 0]);
        for case in 0..60 {
            let [rows, inner, columns] = std::array::from_fn(|_| random.between(1, 40));
            let [left_gap, right_gap, gap] = std::array::from_fn(|_| random.between(0, 3));
            let mut values = |count: usize| -> Vec<f32> { (0..count).map(|_| random.normal()).collect() };
            // Each side lies in memory as it is, or turned over.
            let sides = |turned: bool, rows: usize, columns: usize| {
                if turned { (columns, rows) } else { (rows, columns) }
            };
            let (left_turned, right_turned) = (case % 2 == 1, case / 2 % 2 == 1);
            let (height, width) = sides(left_turned, rows, inner);
            let left_values = values(height * (width + left_gap));
            let left = Matrix::strided(&left_values, height, width, width + left_gap);
            let left = if left_turned { left.transposed() } else { left };
            let (height, width) = sides(right_turned, inner, columns);
            let right_values = values(height * (width + right_gap));
            let right = Matrix::strided(&right_values, height, width, width + right_gap);
            let right = if right_turned { right.transposed() } else { right };
            let stride = columns + gap;
            let mut found = values(rows * stride);
            let before = found.clone();
            product(left, right, 0.5, &mut found, stride);
            let at = |matrix: &Matrix<'_>, row: usize, column: usize| {
                matrix.values[row * matrix.row_stride + column * matrix.column_stride]
            };
            for (index, found) in found.into_iter().enumerate() {
                let (row, column) = (index / stride, index % stride);
                let sum = || -> f32 {
                    (0..inner).map(|place| at(&left, row, place) * at(&right, place, column)).sum()
                };
                let expected = if column < columns { 0.5 * before[index] + sum() } else { before[index] };
                assert!(
                    (found - expected).abs() < 1e-4,
                    "case {case}, row {row}, column {column}: {found} {expected}"
                );
            }
        }
    }
}
