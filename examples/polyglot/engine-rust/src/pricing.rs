//! What an order costs. Pure arithmetic on integers: cents never pass through
//! a floating-point number, and a total that does not fit is an error.

use thiserror::Error;

/// What a line of an order contributes to its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub quantity: i64,
    pub unit_price_cents: i64,
}

/// Why an order has no price. `line` counts from 1, as a person would.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum PricingError {
    #[error("order has no lines")]
    NoLines,
    #[error("line {line}: quantity is {quantity}, want at least 1")]
    Quantity { line: usize, quantity: i64 },
    #[error("line {line}: unit_price_cents is {cents}, want at least 0")]
    UnitPrice { line: usize, cents: i64 },
    #[error("line {line}: total_cents exceeds {}", i64::MAX)]
    Overflow { line: usize },
}

/// Sum of quantity times unit price over all lines.
pub fn total_cents(lines: impl Iterator<Item = Line>) -> Result<i64, PricingError> {
    let mut total: i64 = 0;
    let mut count = 0;
    for line in lines {
        count += 1;
        if line.quantity < 1 {
            return Err(PricingError::Quantity { line: count, quantity: line.quantity });
        }
        if line.unit_price_cents < 0 {
            return Err(PricingError::UnitPrice { line: count, cents: line.unit_price_cents });
        }
        total = line
            .quantity
            .checked_mul(line.unit_price_cents)
            .and_then(|cents| total.checked_add(cents))
            .ok_or(PricingError::Overflow { line: count })?;
    }
    if count == 0 {
        return Err(PricingError::NoLines);
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case = (&'static str, &'static [(i64, i64)], Result<i64, PricingError>);

    fn total(lines: &[(i64, i64)]) -> Result<i64, PricingError> {
        total_cents(
            lines.iter().map(|&(quantity, unit_price_cents)| Line { quantity, unit_price_cents }),
        )
    }

    #[test]
    fn sums_or_says_why_not() {
        let cases: &[Case] = &[
            ("one line", &[(2, 1250)], Ok(2500)),
            ("several lines", &[(2, 1250), (1, 99), (3, 0)], Ok(2599)),
            ("largest total", &[(1, i64::MAX)], Ok(i64::MAX)),
            ("no lines", &[], Err(PricingError::NoLines)),
            (
                "no quantity",
                &[(1, 5), (0, 5)],
                Err(PricingError::Quantity { line: 2, quantity: 0 }),
            ),
            ("negative price", &[(1, -1)], Err(PricingError::UnitPrice { line: 1, cents: -1 })),
            ("product overflows", &[(2, i64::MAX)], Err(PricingError::Overflow { line: 1 })),
            ("sum overflows", &[(1, i64::MAX), (1, 1)], Err(PricingError::Overflow { line: 2 })),
        ];
        for (name, lines, want) in cases {
            assert_eq!(&total(lines), want, "{name}: {lines:?}");
        }
    }
}
