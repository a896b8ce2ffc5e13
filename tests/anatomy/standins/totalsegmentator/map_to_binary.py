class_map = {
    "total": {
        5: "liver",
        10: "lung_upper_lobe_left",
        11: "lung_lower_lobe_left",
        12: "lung_upper_lobe_right",
        13: "lung_middle_lobe_right",
        14: "lung_lower_lobe_right",
        21: "urinary_bladder",
    },
    "lung_vessels": {1: "lung_vessels", 2: "lung_trachea_bronchia"},
    "heartchambers_highres": {1: "heart_myocardium"},
}
commercial_models = {"heartchambers_highres": 301}
