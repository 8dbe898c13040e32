//! User shaders: what they are given, what they keep, and how their faults are reported.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Picture, Show, gpu, text};
use pastiche_engine::diagnostic::Diagnostic;

fn header(inputs: &str, rest: &str) -> String {
    format!("/*{{ \"INPUTS\": [{inputs}] {rest} }}*/\n")
}

fn generator(source: &str) -> Desc {
    Desc::new().node("made", "shader").option("source", source)
}

fn draw(desc: Desc) -> Option<Picture> {
    let mut show = Show::new(&gpu()?, &desc.see("made"));
    show.step();
    Some(show.picture("made"))
}

fn near(found: [f32; 4], expected: [f32; 4]) -> bool {
    found.iter().zip(expected).all(|(one, two)| (one - two).abs() < 2e-3)
}

#[test]
fn the_origin_is_at_the_bottom_left() {
    let desc = generator("fn image(uv: vec2f) -> vec4f {\n return vec4f(uv, 0.0, 1.0); }");
    let Some(found) = draw(desc) else { return };
    assert_eq!(found.size_px, [64, 36]);
    assert!(near(found.at(0, 35), [0.5 / 64.0, 0.5 / 36.0, 0.0, 1.0]), "{:?}", found.at(0, 35));
    assert!(near(found.at(63, 0), [63.5 / 64.0, 35.5 / 36.0, 0.0, 1.0]), "{:?}", found.at(63, 0));
}

#[test]
fn parameters_arrive_with_their_types() {
    let source = header(
        r#"{ "NAME": "level", "TYPE": "float" }, { "NAME": "on", "TYPE": "bool" },
           { "NAME": "mode", "TYPE": "long" }, { "NAME": "place", "TYPE": "point2D" },
           { "NAME": "tint", "TYPE": "color", "DEFAULT": [1, 0, 0, 0.5] }, { "NAME": "hit", "TYPE": "event" }"#,
        "",
    ) + "fn image(uv: vec2f) -> vec4f {
        if p.hit { return vec4f(9.0); }
        if uv.x < 0.5 { return p.tint; }
        return vec4f(p.level, select(0.0, p.place.x, p.on), f32(p.mode) + p.place.y, 1.0);
    }";
    let desc = generator(&source).number("level", 0.25).number("on", 1.0).number("mode", 1.6);
    let Some(found) = draw(desc.number("place_x", 0.5).number("place_y", 0.125)) else { return };
    assert!(near(found.at(0, 0), [0.5, 0.0, 0.0, 0.5]), "{:?}", found.at(0, 0));
    assert!(near(found.at(63, 0), [0.25, 0.5, 2.125, 1.0]), "{:?}", found.at(63, 0));
}

#[test]
fn pictures_are_read_upright_and_amount_goes_past_both_ends() {
    let noise = Picture::noise([20, 10], 3);
    let filter = |body: &str, amount: f64| {
        let source = header(r#"{ "NAME": "inputImage", "TYPE": "image" }"#, "")
            + format!("fn image(uv: vec2f) -> vec4f {{ {body} }}").as_str();
        let desc = Desc::new().still("still", &noise).node("made", "shader").wire("image", "still");
        draw(desc.option("source", &source).number("amount", amount))
    };
    let Some(same) = filter("return inputImage_at(uv);", 1.0) else { return };
    assert!(same.distance(&noise) < 1e-3);
    let mirrored = filter("return inputImage_at(vec2f(uv.x, 1.0 - uv.y));", 1.0).unwrap();
    assert!(near(mirrored.at(3, 0), noise.at(3, 9)));
    let sized = filter("return vec4f(inputImage_size() / RENDERSIZE, 0.0, 1.0);", 1.0).unwrap();
    assert!(near(sized.at(0, 0), [1.0, 1.0, 0.0, 1.0]));
    assert_eq!(filter("return vec4f(1.0);", 0.0).unwrap(), noise);
    let half = filter("return vec4f(0.0, 0.0, 0.0, 1.0);", 0.5).unwrap();
    assert!((half.at(5, 5)[0] - noise.at(5, 5)[0] / 2.0).abs() < 1e-3);
    assert!(filter("return vec4f(0.0, 0.0, 0.0, 1.0);", -4.0).unwrap().is_valid());
}

#[test]
fn what_is_no_number_becomes_black() {
    let source =
        "fn image(uv: vec2f) -> vec4f {\n let z = uv.x - uv.x; return vec4f(z / z, 1.0 / z, -3.0, 7.0); }";
    let Some(found) = draw(generator(source)) else { return };
    assert!(found.is_valid(), "{:?}", found.at(0, 0));
    assert_eq!(found.at(5, 5)[2..], [0.0, 1.0]);
}

#[test]
fn persistent_targets_last_and_survive_an_edit() {
    let Some(gpu) = gpu() else { return };
    let passes =
        r#", "PASSES": [{ "TARGET": "count", "PERSISTENT": true, "WIDTH": 4, "HEIGHT": "$HEIGHT/9" }, {}]"#;
    let counting = |step: &str| {
        let body = format!(
            "fn image(uv: vec2f) -> vec4f {{
                if PASSINDEX == 0 {{ return vec4f(count_at(uv).rgb + {step}, 1.0); }}
                return vec4f(count_at(uv).r, count_size(), 1.0);
            }}"
        );
        generator(&(header("", passes) + body.as_str())).see("made")
    };
    let mut show = Show::new(&gpu, &counting("1.0"));
    show.steps(5);
    assert!(near(show.picture("made").at(30, 20), [5.0, 4.0, 4.0, 1.0]));
    assert_eq!(show.load(&counting("10.0")).unwrap().rebuilt, 1);
    show.steps(2);
    assert!(near(show.picture("made").at(30, 20), [25.0, 4.0, 4.0, 1.0]));
}

fn fault(desc: &Desc) -> Option<Diagnostic> {
    let gpu = gpu()?;
    let mut show = Show::new(&gpu, &generator(GOOD).see("made"));
    show.step();
    let faults = show.load(&desc.clone().see("made")).unwrap_err();
    assert_eq!(show.live.version(), 1);
    show.step();
    assert_eq!(show.picture("made").at(0, 0), [1.0; 4], "the last good one plays");
    assert_eq!(faults.len(), 1, "{}", text(&faults));
    faults.into_iter().next()
}

const GOOD: &str = "fn image(uv: vec2f) -> vec4f {\n return vec4f(1.0); }";

#[test]
fn a_fault_in_the_body_shows_the_users_own_line_and_column() {
    let body = "/*{\n  \"CREDIT\": \"käse\",\n  \"INPUTS\": []\n}*/
fn image(uv: vec2f) -> vec4f {
    let grün = 1.0; return vec4f(colr, grün, 0.0, 1.0);
}
";
    let desc =
        Desc::new().file("looks/wild.wgsl", body).node("made", "shader").option("source", "looks/wild.wgsl");
    let Some(fault) = fault(&desc) else { return };
    let told = fault.to_string();
    assert!(told.contains("looks/wild.wgsl:6:34"), "{told}");
    assert!(told.contains("colr"), "{told}");
    assert!(told.contains("let grün = 1.0; return"), "{told}");
}

#[test]
fn a_fault_in_the_header_shows_its_place() {
    let source =
        "/*{\n  \"INPUTS\": [\n    { \"NAME\": \"speed\", \"TYPE\": \"flaot\" }\n  ]\n}*/\nfn image() {}";
    let Some(_) = gpu() else { return };
    let faults = generator(source).see("made").check().unwrap_err();
    let told = text(&faults);
    assert!(told.contains("inline shader:3:33"), "{told}");
    assert!(told.contains("did you mean `float`?"), "{told}");
}

#[test]
fn a_body_without_its_function_is_told() {
    let Some(fault) = fault(&generator("fn imag(uv: vec2f) -> vec4f {\n return vec4f(1.0); }")) else {
        return;
    };
    assert!(fault.to_string().contains("declare `fn image(uv: vec2f) -> vec4f`"), "{fault}");
    let wrong = fault_of("fn image(uv: f32) -> vec4f {\n return vec4f(1.0); }");
    assert!(wrong.contains("fn image(uv: vec2f) -> vec4f"), "{wrong}");
    let taken = fault_of("struct Uniforms { a: f32 }\nfn image(uv: vec2f) -> vec4f { return vec4f(1.0); }");
    assert!(taken.contains("Uniforms"), "{taken}");
}

fn fault_of(source: &str) -> String {
    fault(&generator(source)).map(|fault| fault.to_string()).unwrap_or_default()
}

#[test]
fn the_shaders_of_the_house_draw() {
    let Some(gpu) = gpu() else { return };
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shaders");
    let mut drawn = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "wgsl") {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        let noise = Picture::noise([32, 18], 9);
        let desc = Desc::new().still("still", &noise).node("made", "shader").wire("image", "still");
        let mut show = Show::new(&gpu, &desc.option("source", &source).see("made"));
        show.steps(5);
        let found = show.picture("made");
        assert!(found.is_valid(), "{}", path.display());
        assert!(found.size_px != noise.size_px || found.distance(&noise) > 0.01, "{}", path.display());
        drawn += 1;
    }
    assert!(drawn >= 4);
}
