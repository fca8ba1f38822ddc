//! Columns of a frame that hold words as numbers: who, which stage, which type, whose identity.
//!
//! In comes a column of categories; out come its words by row, and the numbers for those who compare or count. Knows no
//! table.

use polars::prelude::{
    Categorical32Type, CategoricalChunked, CategoricalMapping, Column, DataFrame, DataType, IntoColumn, LogicalType,
    PolarsResult, UInt32Chunked,
};

/// A column of words. Within one kind of category, people and stages or identities, equal numbers are equal words,
/// whatever the column.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    numbers: &'a UInt32Chunked,
    mapping: &'a CategoricalMapping,
    data_type: &'a DataType,
}

impl<'a> Words<'a> {
    pub fn of(frame: &'a DataFrame, column: &str) -> PolarsResult<Self> {
        let column: &CategoricalChunked<Categorical32Type> = frame.column(column)?.cat32()?;
        Ok(Self { numbers: column.physical(), mapping: column.get_mapping(), data_type: column.dtype() })
    }

    pub fn get(&self, row: usize) -> Option<&'a str> {
        self.word(self.numbers.get(row)?)
    }

    pub fn iter(&self) -> impl Iterator<Item = Option<&'a str>> + use<'a> {
        let words = *self;
        self.numbers.iter().map(move |number| words.word(number?))
    }

    /// The number of each row's word.
    pub fn numbers(&self) -> &'a UInt32Chunked {
        self.numbers
    }

    pub fn word(&self, number: u32) -> Option<&'a str> {
        self.mapping.cat_to_str(number)
    }

    /// The number of a word that some column has.
    pub fn number(&self, word: &str) -> Option<u32> {
        self.mapping.get_cat(word)
    }

    /// The number of a word, be it one that no column has yet.
    pub fn number_of(&self, word: &str) -> PolarsResult<u32> {
        self.mapping.insert_cat(word)
    }

    /// A column of words of the same kind, by their numbers.
    pub fn column(&self, name: &str, numbers: Vec<u32>) -> Column {
        let numbers = UInt32Chunked::from_vec(name.into(), numbers);
        CategoricalChunked::<Categorical32Type>::from_cats_and_dtype(numbers, self.data_type.clone()).into_column()
    }

    /// One more than the highest number that any row has. Others may be adding words meanwhile, of which no row here knows.
    pub fn bound(&self) -> usize {
        self.mapping.num_cats_upper_bound()
    }

    /// The numbers that some row has, each once, in rising order.
    pub fn distinct(&self) -> Vec<u32> {
        match self.numbers.cont_slice() {
            Ok(numbers) => self.each_once(numbers.iter().copied()),
            Err(_) => self.each_once(self.numbers.iter().flatten()),
        }
    }

    /// The numbers of some rows, each once, in rising order.
    pub fn each_once(&self, numbers: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut is_there = vec![false; self.bound()];
        numbers.for_each(|number| is_there[number as usize] = true);
        (0..).zip(is_there).filter(|(_, is_there)| *is_there).map(|(number, _)| number).collect()
    }

    /// What every word stands for, by its number. Only for categories of which there are not so many.
    pub fn meanings<T>(&self, meaning: impl Fn(&str) -> T) -> Vec<T> {
        (0..self.bound())
            .map(|number| meaning(self.word(u32::try_from(number).unwrap_or(u32::MAX)).unwrap_or_default()))
            .collect()
    }
}
