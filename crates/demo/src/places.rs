//! 门牌地点: where plates hang, and what can be done there.

use catalogue::ServiceItem;
use catalogue::plate::Plate;
use kernel::RegionLevel;

use crate::regions::{Region, of_level};
use crate::units::{Unit, UnitKind};

/// One plate at each hall, and one at each village or community with the items that people need at home.
pub fn plates(regions: &[Region], units: &[Unit], items: &[ServiceItem]) -> Vec<Plate> {
    let everyday = ["社会保障卡", "参保登记", "高龄津贴", "残疾人", "生育登记", "居住证", "低保", "最低生活"];
    let home: Vec<String> = items
        .iter()
        .filter(|i| everyday.iter().any(|w| i.name.contains(w)))
        .map(|i| i.code.clone())
        .collect();
    let all: Vec<String> = items.iter().map(|i| i.code.clone()).collect();
    let halls = units.iter().filter(|u| u.kind == UnitKind::Hall);
    let halls = halls.map(|u| (u.name.clone(), u.region.clone(), &all));
    let villages = of_level(regions, RegionLevel::Village);
    let villages = villages.map(|r| (format!("{}便民服务点", r.name), r.code.clone(), &home));
    halls
        .chain(villages)
        .zip(1u64..)
        .map(|((place, region, items), number)| Plate {
            number,
            issue: 1,
            place,
            region,
            items: items.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_hall_and_village_has_a_plate_with_something_to_do() {
        let city = crate::city(1);
        assert_eq!(city.plates.len(), 1 + 6 + 12 + 48);
        assert!(city.plates.iter().all(|p| p.items.len() >= 5));
    }
}
